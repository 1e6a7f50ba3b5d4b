"""What moderators do by the buttons of a card in the log channel."""

import logging
from collections.abc import Mapping, Sequence

import discord

from bot.client import Interaction
from bot.commands.moderation import ban_member, moderated_guild
from bot.components.deleting import remove_video
from bot.components.panels import Panel
from bot.errors import Refusal
from bot.i18n import _
from bot.jobs.job import Job
from bot.texts import moderation, refusals

_log = logging.getLogger(__name__)


async def serve_card(interaction: Interaction, argument: str, values: Sequence[str]) -> None:
    """Do what a moderator presses on a card. Raises `Refusal`."""
    guild = moderated_guild(interaction)
    action, _sep, job_id = argument.partition(":")
    job = await interaction.client.store.job(job_id)
    if job is None or job.guild_id != guild.id:
        raise Refusal(refusals.NO_SUCH_JOB)
    match action:
        case "delete":
            await interaction.response.defer(ephemeral=True)
            text = await _delete_result(interaction, job)
        case "ban":
            await interaction.response.defer(ephemeral=True)
            member = discord.Object(job.user_id)
            text = moderation.ban_set(
                job.user_id, await ban_member(interaction, guild.id, member, "")
            )
        case "refund":
            seconds = await interaction.client.store.refund(job.id)
            text = _(moderation.REFUNDED if seconds else moderation.NOTHING_TO_REFUND)
            await interaction.response.send_message(text, ephemeral=True)
            return
        case _:
            raise Refusal(refusals.UNKNOWN_BUTTON)
    await interaction.followup.send(text, ephemeral=True)


async def _delete_result(interaction: Interaction, job: Job) -> str:
    """Remove the message and the files, as Delete on the result itself."""
    if job.result_message_id is None or not job.clips:
        raise Refusal(moderation.RESULT_GONE)
    await remove_video(interaction.client, job)
    _log.info("job %s: deleted by %d", job.id, interaction.user.id)
    return _(moderation.RESULT_DELETED)


LOG_PANELS: Mapping[str, Panel] = {"modlog": serve_card}
