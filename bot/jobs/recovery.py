"""What a stop left behind, by the rows alone."""

import asyncio
import logging
from typing import NamedTuple

from bot.errors import StoreError
from bot.jobs.endings import Endings
from bot.jobs.job import Job, JobState
from bot.jobs.queue import FairQueue
from bot.jobs.run import Run, growing_pauses
from bot.jobs.store import Store
from bot.texts import status

_log = logging.getLogger(__name__)
MAX_ATTEMPTS = 2
_AT_ONCE = 4
"""Clips posted and ends told side by side, so that a start is no storm."""


class LeftBehind(NamedTuple):
    """What a stop has left, but for what waits to be made and was told so."""

    ending: list[Run]
    """They only need an end."""
    unseen: list[Run]
    """They wait, and it is not known where their members see that."""


class Recovery:
    """Queues unfinished jobs in their old order; posts what was made, tells what was not told."""

    def __init__(self, store: Store, queue: FairQueue, endings: Endings) -> None:
        self._store = store
        self._queue = queue
        self._endings = endings
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> LeftBehind:
        """Queue what waits to be made, or reserve its place; return what is left, for `end`."""
        ending: list[Run] = []
        unseen: list[Run] = []
        for run in await self._left_behind():
            match run.job.state:
                case JobState.QUEUED if _is_unseen(run.job):
                    self._queue.reserve(run.job)
                    unseen.append(run)
                case JobState.QUEUED:
                    self._queue.put_nowait(run.job)
                case JobState.RUNNING if run.job.attempts < MAX_ATTEMPTS:
                    await run.change(state=JobState.QUEUED)
                    self._queue.put_nowait(run.job)
                case _:
                    ending.append(run)
        return LeftBehind(ending, unseen)

    async def end(self, run: Run) -> None:
        """Bring a job to its end that needs the device no more."""
        async with self._turn:
            match run.job.state:
                case JobState.ENCODED | JobState.POSTING:
                    await self._endings.deliver(run)
                case JobState.RUNNING:
                    await self._endings.fail(run, status.STOPPED_TWICE)
                case JobState.CANCELLED if run.job.clips:
                    await self._endings.cancel(run)
                case _:
                    await self._endings.tell(run)

    async def _left_behind(self) -> list[Run]:
        for pause in growing_pauses():
            try:
                return [Run(job, self._store) for job in await self._store.unfinished_jobs()]
            except StoreError as error:
                _log.error("the jobs cannot be read, next try in %g s: %s", pause, error)
                await asyncio.sleep(pause)
        raise AssertionError("the pauses have no end")


def _is_unseen(job: Job) -> bool:
    """Tell whether the bot stopped between taking a job in and knowing its status message."""
    return job.route == "channel" and job.status_message_id is None and not job.attempts
