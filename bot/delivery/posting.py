"""Posting a clip: once, in its channel or else privately, whatever Discord does meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from bot.delivery.clips import Clips, result_message
from bot.delivery.faults import Fault
from bot.delivery.mending import Draft, Mender, RefusedError
from bot.delivery.patience import reach
from bot.delivery.places import UploadLimits, why_refused
from bot.delivery.sent import Attempts
from bot.delivery.traffic import Traffic
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.texts import results
from generator import Catalogue, GenerationError

_log = logging.getLogger(__name__)
HasShowcase = Callable[[int | None], Awaitable[bool]]
"""Tells whether a server, by its id, has a channel to share clips in."""

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
        self._mender = Mender(client, traffic, limits)
        self._has_showcase = has_showcase
        self._sending = asyncio.Semaphore(_AT_ONCE)

    async def post(self, job: Job, *, again: bool) -> Posted:
        """Post the clip as a new message that mentions who asked; an edit would not notify.

        Takes hours if Discord is away for hours. Raises `DeliveryError`.
        """
        if again and (message := await self._sent_privately(job)) is not None:
            return self._posted(job, message)
        draft = Draft(Clips.of(job))
        try:
            message = await self._send(self._channel(job), draft, again=again)
            return self._posted(job, message)
        except RefusedError as refused:
            _log.warning("job %s: the channel refused the clip: %s", job.id, refused)
            reason = self._reason_to_go_elsewhere(job, refused)
        return await self.post_directly(job, reason, again=again)

    async def post_directly(self, job: Job, reason: str, *, again: bool) -> Posted:
        """Send the clip to who asked, and say why there. Raises `DeliveryError`."""
        try:
            place = await self._direct_channel(job)
            draft = Draft(await self._fitting(job), reply=False, reason=reason)
            message = await self._send(place, draft, again=again)
        except RefusedError as closed:
            _log.warning("job %s: direct messages are closed: %s", job.id, closed)
            raise DeliveryError(results.undeliverable(job, reason)) from None
        return Posted(message.id, reason=reason)

    async def copy_to_member(self, job: Job) -> None:
        """Send the clip to who asked as well, who wanted that; nothing comes of what goes wrong."""
        try:
            place = await self._direct_channel(job)
            clips, nonce = await self._fitting(job), f"{job.id}-dm"
            draft = Draft(clips, reply=False, reason=results.WANTED, nonce=nonce)
            await self._send(place, draft, again=True)
        except (RefusedError, DeliveryError) as error:
            _log.info("job %s: no direct message of it: %s", job.id, error)

    async def _fitting(self, job: Job) -> Clips:
        """Return the clip for direct messages, whose limit may be lower than its server's."""
        try:
            return await Clips.of(job).within(self._limits.of_channel(None))
        except (FileNotFoundError, GenerationError) as error:
            _log.warning("job %s: %s", job.id, error)
            return Clips.of(job)

    def _reason_to_go_elsewhere(self, job: Job, refused: RefusedError) -> str:
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
        except RefusedError:
            return None
        return await reach(Attempts(job, place, self._us, again=True).earlier, job, self._traffic)

    @property
    def _us(self) -> discord.ClientUser:
        assert self._client.user is not None, "jobs are posted once logged in"
        return self._client.user

    async def _send(
        self, place: discord.abc.Messageable, draft: Draft, *, again: bool = False
    ) -> discord.Message:
        """Send the draft, or what can be sent of it. Raises `RefusedError`, `DeliveryError`."""
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
                    draft = await self._mender.mend(draft, RefusedError(error))
                except RefusedError:
                    # one that went unheard may have come late, and elsewhere it would be two
                    late = await reach(attempts.earlier, draft.job, self._traffic)
                    if late is not None:
                        return late
                    if attempts.uncertain:
                        raise DeliveryError(results.perhaps_posted(draft.job)) from None
                    raise

    async def _send_once(self, place: discord.abc.Messageable, draft: Draft) -> discord.Message:
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

    def _channel(self, job: Job) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)

    async def _direct_channel(self, job: Job) -> discord.DMChannel:
        """Raises `RefusedError`, `DeliveryError`."""
        member = discord.Object(job.user_id)
        try:
            return await reach(lambda: self._client.create_dm(member), job, self._traffic)
        except discord.HTTPException as error:
            raise RefusedError(error) from None


def _reference(job: Job, message_id: int) -> discord.MessageReference:
    return discord.MessageReference(
        message_id=message_id,
        channel_id=job.channel_id,
        guild_id=job.guild_id,
        fail_if_not_exists=False,
    )
