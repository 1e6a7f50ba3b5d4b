"""Which clips were sent already, by a bot that did not live or hear to know it."""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager

import discord

from bot.delivery.clips import filename_start
from bot.delivery.faults import PASSING, Fault, fault_of
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.texts import results

_log = logging.getLogger(__name__)

NONCE_MEMORY = 120.0
"""Seconds for which Discord surely drops a second message with the same nonce; it says minutes."""
_MOST_READ = 1_000


class _TooManyError(Exception):
    """A channel has had more messages since than we want to read."""


class _UnreadableError(Exception):
    """A channel does not show its history, for which Discord has no error but an empty list."""


class Attempts:
    """Attempts to send a clip to one place, some of which may have worked without our hearing it.

    `again` says that a bot which was killed may have made some, too.
    """

    def __init__(
        self, job: Job, place: discord.abc.Messageable, us: discord.abc.User, *, again: bool = False
    ) -> None:
        self.uncertain = False
        """Whether one may have worked and cannot be looked for; a nonce keeps it from a second."""
        self._job = job
        self._place = place
        self._us = us
        self._again = again
        age = time.time() - (job.finished_at or 0.0)
        self._unheard_since = time.monotonic() - age if again else None

    async def earlier(self) -> discord.Message | None:
        """Return what an attempt has sent.

        Raises `DeliveryError` where that cannot be known, as two would be worse than none, and what
        `reach` takes for an outage.
        """
        if self._unheard_since is None:
            return None
        try:
            message = await _find(self._place, self._job, self._us)
        except (discord.HTTPException, _TooManyError, _UnreadableError) as error:
            if isinstance(error, discord.HTTPException) and fault_of(error) in PASSING:
                raise
            self.uncertain = self._may_be_there(error)
            if self.uncertain and time.monotonic() - self._unheard_since > NONCE_MEMORY:
                raise DeliveryError(results.perhaps_posted(self._job)) from None
            return None
        self.uncertain = False
        if message is not None:
            _log.info("job %s was posted before, which was not heard", self._job.id)
        return message

    @contextmanager
    def attempt(self) -> Generator[None]:
        """Around one of them: it went unheard unless it is refused."""
        before = self._unheard_since
        self._unheard_since = before or time.monotonic()
        try:
            yield
        except (discord.HTTPException, discord.RateLimited) as error:
            if fault_of(error) is not Fault.UNREACHABLE:
                self._unheard_since = before
            raise

    def _may_be_there(self, error: Exception) -> bool:
        """Tell whether an error, on looking, leaves that open."""
        if isinstance(error, _TooManyError):
            return self._again  # one of ours would be among the newest
        return not (isinstance(error, discord.HTTPException) and error.status == 404)


async def _find(
    place: discord.abc.Messageable, job: Job, us: discord.abc.User
) -> discord.Message | None:
    """Look for our message with the job's clip, back to when it was asked for."""
    start, read = filename_start(job), 0
    async for message in place.history(limit=_MOST_READ):
        if message.id <= (job.status_message_id or 0):
            return None
        if message.author == us and any(
            attachment.filename.removeprefix("SPOILER_").startswith(start)
            for attachment in message.attachments
        ):
            return message
        read += 1
    if read == _MOST_READ:
        raise _TooManyError
    if read == 0 and not isinstance(place, discord.DMChannel):
        raise _UnreadableError
    return None
