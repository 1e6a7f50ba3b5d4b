"""Calling Discord until it answers."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from bot.delivery.faults import DISCORD_ERRORS, PASSING, describe, fault_of, is_ban
from bot.delivery.traffic import Traffic
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.texts import results

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

CALL_TIMEOUT = 300.0
"""Seconds for one call; an upload is slow, and discord.py itself tries overloads again."""
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 300.0
_PATIENCE = 6 * 3600.0


async def reach(call: Callable[[], Awaitable[_T]], job: Job, traffic: Traffic) -> _T:
    """Return what Discord answers, after hours if need be.

    Raises `discord.HTTPException` if it refuses, `DeliveryError` if it stays away.
    """
    for pause in _pauses():
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                return await call()
        except DISCORD_ERRORS as error:
            if fault_of(error) not in PASSING:
                raise
            if is_ban(error):
                traffic.note_ban()
            _log.warning("job %s: next try in %.0f s: %s", job.id, pause, describe(error))
        await asyncio.sleep(pause)
        await traffic.calm()
    raise DeliveryError(results.unreachable(job))


def _pauses() -> Iterator[float]:
    """Yield growing pauses in seconds, not the same for two jobs."""
    pause, waited = _FIRST_PAUSE, 0.0
    while waited < _PATIENCE:
        yield (jittered := pause * random.uniform(0.5, 1.5))
        waited += jittered
        pause = min(2 * pause, _LONGEST_PAUSE)
