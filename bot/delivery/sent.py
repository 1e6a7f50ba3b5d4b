"""Which clips were sent already, by a bot that did not live or hear to know it."""

import time
from collections.abc import Iterable

import discord

from bot import texts
from bot.delivery.clips import filename_start
from bot.delivery.faults import PASSING, Fault, fault_of
from bot.delivery.patience import reach
from bot.delivery.traffic import Traffic
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError

NONCE_MEMORY = 120.0
"""Seconds for which Discord surely drops a second message with the same nonce; it says minutes."""
_MOST_READ = 1_000


class _TooManyError(Exception):
    """A channel has had more messages since than we want to read."""


class _UnreadableError(Exception):
    """A channel does not show its history, for which Discord has no error but an empty list."""


async def sent_before_restart(
    job: Job, places: Iterable[discord.abc.Messageable], us: discord.abc.User, traffic: Traffic
) -> discord.Message | None:
    """Return the message of a bot that was killed before it knew of it.

    Raises `DeliveryError` where that cannot be known: two would be worse than none.
    """
    for place in places:
        try:
            message = await reach(lambda place=place: _find(place, job, us), job, traffic)
        except (discord.HTTPException, _TooManyError, _UnreadableError) as error:
            gone = isinstance(error, discord.HTTPException) and fault_of(error) is Fault.NO_PLACE
            if gone or time.time() - (job.finished_at or 0.0) < NONCE_MEMORY:
                continue
            raise DeliveryError(texts.perhaps_posted(job)) from None
        if message is not None:
            return message
    return None


async def sent_unheard(
    job: Job, place: discord.abc.Messageable, us: discord.abc.User, began: float
) -> discord.Message | None:
    """Return what an attempt has sent whose answer was lost, `began` on the monotonic clock.

    Raises `DeliveryError` where that cannot be known, and what `reach` takes for an outage.
    """
    try:
        return await _find(place, job, us)
    except _TooManyError:
        return None  # it would have been among the newest
    except discord.HTTPException as error:
        if fault_of(error) in PASSING:
            raise
    except _UnreadableError:
        pass
    if time.monotonic() - began > NONCE_MEMORY:
        raise DeliveryError(texts.perhaps_posted(job))
    return None


async def _find(
    place: discord.abc.Messageable, job: Job, us: discord.abc.User
) -> discord.Message | None:
    """Look for our message with the job's clip, back to when it was asked for."""
    start, read = filename_start(job), 0
    async for message in place.history(limit=_MOST_READ):
        if message.id <= (job.status_message_id or 0):
            return None
        if message.author == us and any(
            attachment.filename.startswith(start) for attachment in message.attachments
        ):
            return message
        read += 1
    if read == _MOST_READ:
        raise _TooManyError
    if read == 0 and not isinstance(place, discord.DMChannel):
        raise _UnreadableError
    return None
