"""A video's card in a server's log channel, and its buttons for moderators."""

import contextlib
from collections.abc import Sequence

import discord

from bot.client import Interaction
from bot.components.panels import panel_button
from bot.errors import Refusal
from bot.i18n import N_, _, decimal
from bot.jobs.allowance import device_seconds
from bot.jobs.job import Job, JobState
from bot.jobs.several import remove_clips
from bot.texts import common, moderation, refusals

_BUTTONS = (
    ("delete", N_("Delete result"), "🗑️"),
    ("ban", N_("Ban member"), "🚫"),
    ("refund", N_("Refund"), "↩️"),
)


def card(job: Job, model: str) -> discord.Embed:
    """Return what moderators want to know of a job that has ended."""
    request = job.request
    embed = discord.Embed(
        title=_("#{id}: {state}").format(id=job.id, state=moderation.state_of(job)),
        description=common.quote(job.prompt, 1000),
    )
    rows = {
        _("Member"): f"<@{job.user_id}>",
        _("Channel"): f"<#{job.channel_id}>",
        _("Ended"): moderation.ended_at(job),
        _("Settings"): _("{model} · {size} · {frames} frames · {steps} steps · seed {seed}").format(
            model=model,
            size=f"{request.width}×{request.height}",
            frames=request.num_frames,
            steps=request.num_inference_steps,
            seed=request.seed,
        ),
    }
    if job.failure:
        rows[_("Why")] = common.quote(_(job.failure), 1000)
    if job.completed is not None:
        rows[_("Device time")] = _("{seconds} s").format(seconds=decimal(device_seconds(job), 1))
        peak = max(clip.peak_memory_bytes for clip in job.clips)
        rows[_("Memory at most")] = _("{gigabytes} GiB").format(gigabytes=decimal(peak / 2**30, 2))
    for name, value in rows.items():
        embed.add_field(name=name, value=value)
    return embed


def card_view(job: Job) -> discord.ui.View:
    """Return the buttons; of a job without a result there is none to delete or to refund."""
    view = discord.ui.View(timeout=None)
    for action, label, emoji in _BUTTONS:
        if action == "ban" or job.state is JobState.POSTED:
            view.add_item(panel_button("modlog", f"{action}:{job.id}", _(label), emoji))
    return view


async def serve_card(interaction: Interaction, argument: str, values: Sequence[str]) -> None:
    """Do what a moderator presses on a card. Raises `Refusal`."""
    # imported here, because the command registers the card's buttons
    from bot.commands.moderation import ban_member, moderated_guild

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
    channel = interaction.client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
    with contextlib.suppress(discord.NotFound, discord.Forbidden):
        await channel.get_partial_message(job.result_message_id).delete()
    remove_clips(job.clips)
    return _(moderation.RESULT_DELETED)
