"""A job in the dispatcher's hands, and the changes of its row."""

import asyncio
import logging
from collections.abc import Iterator

import msgspec

from bot.errors import StoreError
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store

_log = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0


class Run:
    """An unfinished job that waits in no queue; whoever holds it brings it to an end.

    A cancellation only leaves a mark, until `settled` says that it comes too late: so of a cancel
    and an end at the same moment, one happens and the other is refused.
    """

    def __init__(self, job: Job, store: Store) -> None:
        self.job = job
        self.settled = False
        """Its end is decided: its clip is being posted, or it has failed or was cancelled."""
        self.cancelled_by: int | None = None
        self._store = store
        self._saving = asyncio.Lock()

    @property
    def is_over(self) -> bool:
        """Whether its end is stored; the member may yet have to be told."""
        return self.job.state in {JobState.POSTED, JobState.FAILED, JobState.CANCELLED}

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_by is not None

    async def change(self, **changes: object) -> None:
        """Store a change, as often as it takes: without room on the disk, say, the job waits."""
        async with self._saving:
            job = msgspec.structs.replace(self.job, **changes)
            for pause in growing_pauses():
                try:
                    await self._store.save_job(job)
                except StoreError as error:
                    _log.error(
                        "job %s cannot be stored, next try in %g s: %s", job.id, pause, error
                    )
                    await asyncio.sleep(pause)
                else:
                    self.job = job
                    return


def growing_pauses() -> Iterator[float]:
    """Yield seconds between attempts, without an end."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)
