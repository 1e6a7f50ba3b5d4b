"""Status messages: posted where no command's answer is one, and found again after a stop."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import discord

from bot.components.buttons import waiting_view
from bot.delivery.faults import Fault, fault_of
from bot.delivery.patience import reach
from bot.delivery.places import cached_channel
from bot.delivery.traffic import Traffic
from bot.i18n import _
from bot.jobs.forecast import Place
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.texts import permutations, status
from generator import ModelSpec

_log = logging.getLogger(__name__)
_HAS_THREAD = 160004
_CLOSED = frozenset({Fault.NO_PLACE, Fault.NO_PERMISSION, Fault.ARCHIVED, Fault.REFUSED})
_MARGIN = timedelta(minutes=5)
"""How much our clock and Discord's may differ."""
_MOST_READ = 1_000


async def post_status(
    place: discord.abc.Messageable, job: Job, spec: ModelSpec, waits: Place, *notes: str
) -> int:
    """Post the status message of a job that waits, and return its id; once, however often tried.

    Raises one of `DISCORD_ERRORS`.
    """
    text = status.queued(job, spec, waits, *notes)
    return (await place.send(text, view=waiting_view(job), nonce=f"{job.id}-status")).id


async def open_thread(channel: discord.PartialMessageable, answer_id: int, name: str) -> None:
    """Open the thread of an answer, which has the answer's id; it may be open already.

    Raises one of `DISCORD_ERRORS`.
    """
    try:
        await channel.get_partial_message(answer_id).create_thread(name=name)
    except discord.HTTPException as error:
        if error.code != _HAS_THREAD:
            raise


def is_closed(error: BaseException) -> bool:
    """Tell whether one of `DISCORD_ERRORS` says that a thread takes no messages any more."""
    return fault_of(error) in _CLOSED


class StatusMessages:
    """Gives jobs that wait the status messages that a stop kept from them, or from us."""

    def __init__(self, client: discord.Client, traffic: Traffic) -> None:
        self._client = client
        self._traffic = traffic

    async def recover(
        self, job: Job, spec: ModelSpec, waits: Place, *notes: str
    ) -> tuple[int | None, int]:
        """Return the ids of a job's status message and of its channel; posts what is missing.

        Without a message where that cannot be posted, or might be there and cannot be looked for.
        """
        await self._client.wait_until_ready()
        if not self._has_history(job):
            return None, job.channel_id
        try:
            return await self._recover(job, spec, waits, *notes)
        except (discord.HTTPException, DeliveryError) as error:
            _log.warning("job %s has no status message: %s", job.id, error)
            return None, job.channel_id

    async def _recover(
        self, job: Job, spec: ModelSpec, waits: Place, *notes: str
    ) -> tuple[int | None, int]:
        asked_in = self._channel(job, job.channel_id)
        message_id, answer = await self._look(asked_in, job)
        if message_id is not None:
            return message_id, job.channel_id
        if job.thread_name is not None and answer is not None:
            note = await self._open(asked_in, answer, job.thread_name, job)
            if note is None:
                try:
                    return await self._in_thread(answer.id, job, spec, waits, *notes)
                except discord.HTTPException as error:
                    if not is_closed(error):
                        raise
                    note = permutations.THREAD_LOST
            notes = (*notes, note)
        return await self._post(asked_in, job, spec, waits, *notes), job.channel_id

    async def _open(
        self, channel: discord.PartialMessageable, answer: discord.Message, name: str, job: Job
    ) -> str | None:
        """Open the thread for several videos, or return why there is none."""
        if _(permutations.NO_THREAD) in answer.content:
            return permutations.NO_THREAD
        try:
            await reach(lambda: open_thread(channel, answer.id, name), job, self._traffic)
        except discord.HTTPException as error:
            _log.warning("the thread for several videos was not opened: %s", error)
            return permutations.NO_THREAD
        return None

    async def _in_thread(
        self, thread_id: int, job: Job, spec: ModelSpec, waits: Place, *notes: str
    ) -> tuple[int, int]:
        thread = self._channel(job, thread_id)
        message_id, _answer = await self._look(thread, job)
        if message_id is None:
            message_id = await self._post(thread, job, spec, waits, *notes)
        return message_id, thread_id

    async def _post(
        self,
        place: discord.PartialMessageable,
        job: Job,
        spec: ModelSpec,
        waits: Place,
        *notes: str,
    ) -> int:
        return await reach(lambda: post_status(place, job, spec, waits, *notes), job, self._traffic)

    async def _look(
        self, place: discord.PartialMessageable, job: Job
    ) -> tuple[int | None, discord.Message | None]:
        """Return a job's status message, and the answer that announced it among others."""
        return await reach(lambda: self._search(place, job), job, self._traffic)

    async def _search(
        self, place: discord.PartialMessageable, job: Job
    ) -> tuple[int | None, discord.Message | None]:
        answer = None
        since = datetime.fromtimestamp(job.created_at, UTC) - _MARGIN
        async for message in place.history(limit=_MOST_READ, after=since):
            if message.author != self._client.user:
                continue
            if f"v1:cancel:{job.id}" in _custom_ids(message):
                return message.id, answer
            if permutations.announces(message.content, job):
                answer = message
        return None, answer

    def _has_history(self, job: Job) -> bool:
        channel = cached_channel(self._client, job)
        return channel is None or channel.permissions_for(channel.guild.me).read_message_history

    def _channel(self, job: Job, channel_id: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id, guild_id=job.guild_id)


def _custom_ids(message: discord.Message) -> Iterator[str | None]:
    for row in message.components:
        if isinstance(row, discord.ActionRow):
            for button in row.children:
                yield button.custom_id
