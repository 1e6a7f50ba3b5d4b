"""Delete: a video's messages and files, for good."""

import asyncio
import contextlib
import logging

import aiohttp
import discord

from bot.client import Interaction, ZoetropeClient
from bot.components.owners import check_owner
from bot.components.picker import take_out, was_picked
from bot.errors import Refusal
from bot.jobs.inputs import remove_inputs
from bot.jobs.job import Job, JobState
from bot.jobs.several import remove_clips, split_name
from bot.texts import picking, refusals

_log = logging.getLogger(__name__)
_ENDS = {JobState.POSTED, JobState.FAILED, JobState.CANCELLED}


async def delete(interaction: Interaction, job: Job) -> None:
    """Remove a video for its author or a moderator; for others a copy in their own direct messages.

    Raises `Refusal`.
    """
    message = interaction.message
    if interaction.context.dm_channel and interaction.user.id != job.user_id:
        await _delete_pressed(interaction)
        return
    check_owner(interaction, job)
    if message is None:
        raise Refusal(refusals.NOT_POSTED)
    if job.state not in _ENDS:  # it would be taken for not posted, and be posted again
        raise Refusal(refusals.BEING_POSTED)
    client = interaction.client
    if was_picked(message, job.id):
        await take_out(interaction, job)
        await remove_video(client, job, but=message.id)
        await interaction.edit_original_response(content=picking.deleted(job), view=None)
        return
    await _delete_pressed(interaction)
    shows_others = len(message.attachments) > 1
    whole = await client.store.job(split_name(job.id)[0]) if shows_others else job
    await remove_video(client, whole or job, but=message.id)
    _log.info("job %s: deleted by %d", job.id, interaction.user.id)


async def remove_video(client: ZoetropeClient, job: Job, *, but: int | None = None) -> None:
    """Remove a job's files, its message, and what was shared of it; one of these may be gone."""
    await asyncio.to_thread(remove_clips, job.clips)
    is_one_of_several = split_name(job.id)[1] is not None
    if not is_one_of_several:
        await asyncio.to_thread(remove_inputs, job.request)
        if job.route == "channel" and job.result_message_id not in (None, but):
            await _delete_message(client, job.channel_id, job.result_message_id)
    for name in [job.id, *(f"{job.id}-{number}" for number in range(1, job.variations + 1))]:
        if (shared := await client.store.share(name)) is not None and shared.message_id != but:
            await _delete_message(client, shared.channel_id, shared.message_id)


async def _delete_pressed(interaction: Interaction) -> None:
    await interaction.response.defer()
    with contextlib.suppress(discord.NotFound):  # a moderator was quicker
        await interaction.delete_original_response()


async def _delete_message(client: ZoetropeClient, channel_id: int, message_id: int) -> None:
    message = client.get_partial_messageable(channel_id).get_partial_message(message_id)
    with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
        await message.delete()
