"""Alternatives in a prompt: all their videos, each an ordinary job, together in a thread."""

import contextlib
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

import discord
import msgspec

from bot import i18n
from bot.answers import answer_with_message
from bot.client import Interaction
from bot.commands.asking import Asked, check_wish, make_video
from bot.delivery.faults import DISCORD_ERRORS, describe
from bot.delivery.places import missing_for_thread
from bot.delivery.status_messages import is_closed, open_thread, post_status
from bot.errors import Refusal
from bot.i18n import _
from bot.jobs.job import Job
from bot.jobs.permutations import expand
from bot.jobs.wish import Wish
from bot.texts import common, permutations

_log = logging.getLogger(__name__)
_LONGEST_NAME = 100
"""Characters in the name of a thread."""


async def make_videos(
    interaction: Interaction, wish: Wish, parent: Job | None = None, *, made_by: str | None = None
) -> Job:
    """Make the video of a wish, or all that its prompt stands for, or none.

    Returns the first job. Raises `Refusal`.
    """
    prompts = expand(wish.prompt, wish.variations)
    wishes = [replace(wish, prompt=prompt) for prompt in prompts]
    if len(wishes) == 1:
        return await make_video(interaction, wishes[0], parent, made_by=made_by)
    every = [await check_wish(interaction, each, parent, made_by=made_by) for each in wishes]
    _check_place(interaction, every[0])
    async with AsyncExitStack() as inputs:
        every = await _with_inputs(interaction, every, inputs)
        await _queue_all(interaction, every, wish.prompt)
    return every[0].job


def _check_place(interaction: Interaction, asked: Asked) -> None:
    """Raises `Refusal` where the bot cannot write several messages, or not into a thread."""
    if asked.job.private:
        raise Refusal(permutations.NOT_PRIVATELY)
    if asked.job.route == "interaction":
        raise Refusal(permutations.ONE_BY_ONE)
    if _can_have_threads(interaction) and (
        missing := missing_for_thread(interaction.app_permissions)
    ):
        raise Refusal(permutations.thread_impossible(missing))


def _can_have_threads(interaction: Interaction) -> bool:
    """Tell whether it was asked in a server's text channel; elsewhere all is posted in place."""
    return isinstance(interaction.channel, discord.TextChannel)


async def _with_inputs(
    interaction: Interaction, every: Sequence[Asked], inputs: AsyncExitStack
) -> list[Asked]:
    """Keep the picture they begin with for each: it is fetched once, and copied."""
    first = every[0]
    await inputs.enter_async_context(first.inputs(interaction))
    path = first.job.request.image_path
    others = [
        replace(asked, wish=replace(asked.wish, image_url=None, image_path=path))
        for asked in every[1:]
    ]
    for asked in others:
        await inputs.enter_async_context(asked.inputs(interaction))
    return [first, *others]


async def _queue_all(interaction: Interaction, every: Sequence[Asked], prompt: str) -> None:
    """Reserve all places, answer, and let each run once it has its message."""
    dispatcher = interaction.client.dispatcher
    name = common.cut(prompt, _LONGEST_NAME) if _can_have_threads(interaction) else None
    jobs = [msgspec.structs.replace(asked.job, thread_name=name) for asked in every]
    jobs = await dispatcher.accept_all(jobs, every[0].caps)
    with i18n.speaking(jobs[0].language):
        text = permutations.announced(jobs, prompt)
    try:
        answer_id = await answer_with_message(
            interaction, text, discord.ui.View(timeout=None), f"#{jobs[0].id}"
        )
    except Exception:
        for job in jobs:
            await dispatcher.withdraw(job)
        raise
    waiting = [replace(asked, job=job) for asked, job in zip(every, jobs, strict=True)]
    try:
        with i18n.speaking(jobs[0].language):
            place = await _place(interaction, answer_id, text, name)
        while waiting:
            place = await _begin(interaction, waiting[0], place)
            del waiting[0]
    except Exception:  # of ours: they were promised; after a stop the next start goes on
        for asked in waiting:
            await dispatcher.start(asked.job, None)
        raise


async def _place(
    interaction: Interaction, answer_id: int | None, text: str, name: str | None
) -> discord.PartialMessageable:
    """Return a new thread at the answer; where there is none, say so, and return the channel."""
    channel = _channel(interaction, interaction.channel_id)
    if name is None:
        return channel
    try:
        if answer_id is not None:
            await open_thread(channel, answer_id, name)
            return _channel(interaction, answer_id)
    except DISCORD_ERRORS as error:
        _log.warning("the thread for several videos was not opened: %s", describe(error))
    await _add_to_answer(interaction, text, permutations.NO_THREAD)
    return channel


def _channel(interaction: Interaction, channel_id: int | None) -> discord.PartialMessageable:
    assert channel_id is not None, "commands come from channels"
    return interaction.client.get_partial_messageable(channel_id, guild_id=interaction.guild_id)


async def _begin(
    interaction: Interaction, asked: Asked, place: discord.PartialMessageable
) -> discord.PartialMessageable:
    """Post a job's status message and let it run; return where the next one goes.

    A thread that takes no messages any more is left for its channel, and that is said.
    """
    message_id = None
    try:
        message_id = await _post_status(interaction, asked, place)
    except DISCORD_ERRORS as error:
        _log.warning("job %s: its status was not posted: %s", asked.job.id, describe(error))
        if place.id != interaction.channel_id and is_closed(error):
            place = _channel(interaction, interaction.channel_id)
            with contextlib.suppress(*DISCORD_ERRORS):
                message_id = await _post_status(interaction, asked, place, permutations.THREAD_LOST)
    await interaction.client.dispatcher.start(asked.job, message_id, place.id)
    return place


async def _post_status(
    interaction: Interaction, asked: Asked, place: discord.PartialMessageable, *notes: str
) -> int:
    """Return the message's id. Raises one of `DISCORD_ERRORS`."""
    dispatcher, job = interaction.client.dispatcher, asked.job
    with i18n.speaking(job.language):
        waits = dispatcher.place(job)
        return await post_status(place, job, asked.spec, waits, dispatcher.note, *notes)


async def _add_to_answer(interaction: Interaction, text: str, note: str) -> None:
    try:
        await interaction.edit_original_response(content=f"{text}\n{_(note)}")
    except DISCORD_ERRORS as error:
        _log.info("the answer about several videos was not changed: %s", describe(error))
