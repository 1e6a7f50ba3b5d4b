"""What can be done about a clip that Discord refuses: each thing once."""

import asyncio
import logging
from dataclasses import dataclass, replace

import discord

from bot.delivery.clips import Clips
from bot.delivery.faults import Fault, fault_of
from bot.delivery.patience import reach
from bot.delivery.places import UploadLimits, cached_channel
from bot.delivery.traffic import Traffic
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.texts import results
from generator import GenerationError

_log = logging.getLogger(__name__)
_LONGEST_SLOW_MODE = 60


@dataclass(frozen=True)
class Draft:
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


class RefusedError(Exception):
    """A place does not take the clip, nor anything that could be sent instead."""

    def __init__(self, error: discord.HTTPException) -> None:
        super().__init__(str(error))
        self.fault = fault_of(error)
        self.code = error.code


class Mender:
    """Leaves out, opens, makes smaller or waits for what a message was refused for."""

    def __init__(self, client: discord.Client, traffic: Traffic, limits: UploadLimits) -> None:
        self._client = client
        self._traffic = traffic
        self._limits = limits

    async def mend(self, draft: Draft, refused: RefusedError) -> Draft:
        """Return what to send instead, or once more. Raises `RefusedError` if nothing is left."""
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

    async def _smaller(self, draft: Draft, refused: RefusedError) -> Clips:
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

    async def _reopen_thread(self, job: Job, refused: RefusedError) -> None:
        async def reopen() -> None:
            thread = await self._client.fetch_channel(job.channel_id)
            if isinstance(thread, discord.Thread):
                await thread.edit(archived=False)

        try:
            await reach(reopen, job, self._traffic)
        except discord.HTTPException:
            raise refused from None

    async def _wait_for_slow_mode(self, job: Job, refused: RefusedError) -> None:
        seconds = getattr(cached_channel(self._client, job), "slowmode_delay", 0)
        if seconds > _LONGEST_SLOW_MODE:
            raise refused
        await asyncio.sleep(seconds)
