"""The queue jobs wait in: an `asyncio.Queue` whose items have names."""

import asyncio

from bot.jobs.job import Job


class JobQueue(asyncio.Queue[Job]):
    """First in, first out; a waiting job can be found and taken out by its id."""

    def _init(self, maxsize: int) -> None:
        # asyncio.Queue's own hook, as its LIFO and priority variants use it; a dict keeps order
        self._queue: dict[str, Job] = {}

    def _put(self, item: Job) -> None:
        self._queue[item.id] = item

    def _get(self) -> Job:
        return self._queue.pop(next(iter(self._queue)))

    def put_first(self, job: Job) -> None:
        """Put a job ahead of all others: its turn had already come once."""
        waiting = list(self._queue.values())
        self._queue.clear()
        self.put_nowait(job)
        self._queue.update({other.id: other for other in waiting})

    def remove(self, job_id: str) -> Job | None:
        """Take a waiting job out; `None` when it is not waiting (any more)."""
        return self._queue.pop(job_id, None)

    def waiting(self) -> list[Job]:
        """Return the waiting jobs, the next one first."""
        return list(self._queue.values())
