"""Posting a clip: once, in its channel or else privately, whatever Discord does meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.delivery.clips import Clips, result_message
from bot.delivery.faults import Fault, fault_of
from bot.delivery.patience import reach
from bot.delivery.places import UploadLimits, cached_channel, why_refused
from bot.delivery.sent import Attempts
from bot.delivery.traffic import Traffic
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.texts import results
from generator import Catalogue, GenerationError

_log = logging.getLogger(__name__)
HasShowcase = Callable[[int | None], Awaitable[bool]]
"""Tells whether a server, by its id, has a channel to share clips in."""

_LONGEST_SLOW_MODE = 60
_AT_ONCE = 4
"""Uploads side by side; each has its file in memory."""


@dataclass(frozen=True)
class Posted:
    """A message with a clip."""

    message_id: int
    url: str | None = None
    """Its address, in the job's own channel."""
    reason: str | None = None
    """Why it went to the member directly instead."""


@dataclass(frozen=True)
class _Draft:
    """A message with a clip as it is to be sent next: without what was refused."""

    clips: Clips
    reply: bool = True
    plain: bool = False
    reason: str | None = None
    nonce: str | None = None
    """For a second message with the clip; the first has the job's id."""
    mended: frozenset[Fault] = frozenset()

    @property
    def job(self) -> Job:
        return self.clips.job


class _RefusedError(Exception):
    """A place does not take the clip, nor anything that could be sent instead."""

    def __init__(self, error: discord.HTTPException) -> None:
        super().__init__(str(error))
        self.fault = fault_of(error)
        self.code = error.code


class Posting:
    """Brings finished clips to where they were asked for."""

    def __init__(
        self,
        client: discord.Client,
        catalogue: Catalogue,
        traffic: Traffic,
        limits: UploadLimits,
        has_showcase: HasShowcase,
    ) -> None:
        self._client = client
        self._catalogue = catalogue
        self._big_model = next(spec.name for spec in catalogue if not spec.small_world)
        self._traffic = traffic
        self._limits = limits
        self._has_showcase = has_showcase
        self._sending = asyncio.Semaphore(_AT_ONCE)

    async def post(self, job: Job, *, again: bool) -> Posted:
        """Post the clip as a new message that mentions who asked; an edit would not notify.

        Takes hours if Discord is away for hours. Raises `DeliveryError`.
        """
        if again and (message := await self._sent_privately(job)) is not None:
            return self._posted(job, message)
        draft = _Draft(Clips.of(job))
        try:
            message = await self._send(self._channel(job), draft, again=again)
            return self._posted(job, message)
        except _RefusedError as refused:
            _log.warning("job %s: the channel refused the clip: %s", job.id, refused)
            reason = self._reason_to_go_elsewhere(job, refused)
        return await self.post_directly(job, reason, again=again)

    async def post_directly(self, job: Job, reason: str, *, again: bool) -> Posted:
        """Send the clip to who asked, and say why there. Raises `DeliveryError`."""
        try:
            place = await self._direct_channel(job)
            draft = _Draft(await self._fitting(job), reply=False, reason=reason)
            message = await self._send(place, draft, again=again)
        except _RefusedError as closed:
            _log.warning("job %s: direct messages are closed: %s", job.id, closed)
            raise DeliveryError(results.undeliverable(job, reason)) from None
        return Posted(message.id, reason=reason)

    async def copy_to_member(self, job: Job) -> None:
        """Send the clip to who asked as well, who wanted that; nothing comes of what goes wrong."""
        try:
            place = await self._direct_channel(job)
            clips, nonce = await self._fitting(job), f"{job.id}-dm"
            draft = _Draft(clips, reply=False, reason=results.WANTED, nonce=nonce)
            await self._send(place, draft, again=True)
        except (_RefusedError, DeliveryError) as error:
            _log.info("job %s: no direct message of it: %s", job.id, error)

    async def _fitting(self, job: Job) -> Clips:
        """Return the clip for direct messages, whose limit may be lower than its server's."""
        try:
            return await Clips.of(job).within(self._limits.of_channel(None))
        except (FileNotFoundError, GenerationError) as error:
            _log.warning("job %s: %s", job.id, error)
            return Clips.of(job)

    def _reason_to_go_elsewhere(self, job: Job, refused: _RefusedError) -> str:
        """Raises `DeliveryError` where no other place would take it either."""
        match refused.fault:
            case Fault.TOO_LARGE:
                raise DeliveryError(results.too_large_to_post(job))
            case Fault.FILTERED:
                raise DeliveryError(results.filtered(job))
            case Fault.INVALID:
                raise DeliveryError(results.not_accepted(job))
            case _:
                return why_refused(self._client, job, refused.fault, refused.code)

    def _posted(self, job: Job, message: discord.Message) -> Posted:
        if message.channel.id != job.channel_id:
            return Posted(message.id)
        return Posted(message.id, _reference(job, message.id).jump_url)

    async def _sent_privately(self, job: Job) -> discord.Message | None:
        """Return what a bot that was killed has sent to the member directly."""
        try:
            place = await self._direct_channel(job)
        except _RefusedError:
            return None
        return await reach(Attempts(job, place, self._us, again=True).earlier, job, self._traffic)

    @property
    def _us(self) -> discord.ClientUser:
        assert self._client.user is not None, "jobs are posted once logged in"
        return self._client.user

    async def _send(
        self, place: discord.abc.Messageable, draft: _Draft, *, again: bool = False
    ) -> discord.Message:
        """Send the draft, or what can be sent of it. Raises `_RefusedError`, `DeliveryError`."""
        attempts = Attempts(draft.job, place, self._us, again=again)

        async def attempt() -> discord.Message:
            if (earlier := await attempts.earlier()) is not None:
                return earlier
            async with self._sending:
                with attempts.attempt():
                    return await self._send_once(place, draft)

        while True:
            try:
                return await reach(attempt, draft.job, self._traffic)
            except discord.HTTPException as error:
                try:
                    draft = await self._mend(draft, _RefusedError(error))
                except _RefusedError:
                    # one that went unheard may have come late, and elsewhere it would be two
                    late = await reach(attempts.earlier, draft.job, self._traffic)
                    if late is not None:
                        return late
                    if attempts.uncertain:
                        raise DeliveryError(results.perhaps_posted(draft.job)) from None
                    raise

    async def _send_once(self, place: discord.abc.Messageable, draft: _Draft) -> discord.Message:
        job = draft.job
        message = await self.message(draft.clips, reason=draft.reason, plain=draft.plain)
        if draft.reply and job.status_message_id is not None:
            message["reference"] = _reference(job, job.status_message_id)
        # Discord drops a second send with the same nonce
        return await place.send(**message, nonce=draft.nonce or job.id)

    async def message(
        self, clips: Clips, *, reason: str | None = None, plain: bool = False
    ) -> dict[str, Any]:
        """Return `result_message` with what the catalogue knows."""
        spec = self._catalogue[clips.job.request.model]
        return await result_message(
            clips,
            spec,
            self._big_model,
            showcase=await self._has_showcase(clips.job.guild_id),
            reason=reason,
            plain=plain,
        )

    # --- what can be done about a refusal ---

    async def _mend(self, draft: _Draft, refused: _RefusedError) -> _Draft:
        """Return what to send instead, or once more. Raises `_RefusedError` if nothing is left."""
        fault = refused.fault
        if fault in draft.mended:
            raise refused
        draft = replace(draft, mended=draft.mended | {fault})
        match fault:
            case Fault.CANNOT_REPLY:
                return replace(draft, reply=False)
            case Fault.INVALID:
                return replace(draft, reply=False, plain=True)
            case Fault.TOO_LARGE:
                return replace(draft, clips=await self._smaller(draft, refused))
            case Fault.ARCHIVED:
                await self._reopen_thread(draft.job, refused)
            case Fault.SLOW_MODE:
                await self._wait_for_slow_mode(draft.job, refused)
            case _:
                raise refused
        return draft

    async def _smaller(self, draft: _Draft, refused: _RefusedError) -> Clips:
        _log.warning("job %s: %d bytes are too many here", draft.job.id, draft.clips.size_bytes)
        guild_id = draft.job.guild_id if draft.reason is None else None
        limit = self._limits.lower(guild_id, draft.clips.size_bytes)
        try:
            return await draft.clips.within(limit)
        except FileNotFoundError:
            raise DeliveryError(results.CLIP_MISSING) from None
        except GenerationError as error:
            _log.warning("job %s: %s", draft.job.id, error)
            raise refused from None

    async def _reopen_thread(self, job: Job, refused: _RefusedError) -> None:
        async def reopen() -> None:
            thread = await self._client.fetch_channel(job.channel_id)
            if isinstance(thread, discord.Thread):
                await thread.edit(archived=False)

        try:
            await reach(reopen, job, self._traffic)
        except discord.HTTPException:
            raise refused from None

    async def _wait_for_slow_mode(self, job: Job, refused: _RefusedError) -> None:
        seconds = getattr(cached_channel(self._client, job), "slowmode_delay", 0)
        if seconds > _LONGEST_SLOW_MODE:
            raise refused
        await asyncio.sleep(seconds)

    # --- places ---

    def _channel(self, job: Job) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)

    async def _direct_channel(self, job: Job) -> discord.DMChannel:
        """Raises `_RefusedError`, `DeliveryError`."""
        member = discord.Object(job.user_id)
        try:
            return await reach(lambda: self._client.create_dm(member), job, self._traffic)
        except discord.HTTPException as error:
            raise _RefusedError(error) from None


def _reference(job: Job, message_id: int) -> discord.MessageReference:
    return discord.MessageReference(
        message_id=message_id,
        channel_id=job.channel_id,
        guild_id=job.guild_id,
        fail_if_not_exists=False,
    )
