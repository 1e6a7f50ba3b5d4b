"""When a waiting job starts and is ready: from what runs, what is ahead, and how long it takes."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from bot.jobs.estimates import Estimates, Work, kind_of, work_of
from bot.jobs.gate import Gate
from bot.jobs.job import Job
from bot.jobs.queue import FairQueue

_LATE = 5.0
"""Seconds that what is overdue is given at least, before its time is said anew."""


@dataclass(frozen=True)
class Place:
    """Where a job waits: 1-based, and counting the one on the device."""

    number: int
    total: int
    starts_at: float | None = None
    """Unix time in seconds, like the next one; None while it is being learnt."""
    ready_at: float | None = None
    paused: bool = False
    """No clip starts at the moment, so nobody knows when this one will."""


class Forecast:
    """Looks at the queue and the device; the dispatcher says what is on it."""

    def __init__(self, queue: FairQueue, estimates: Estimates, gate: Gate) -> None:
        self._queue = queue
        self._estimates = estimates
        self._gate = gate
        self._on_device: tuple[Work, float] | None = None

    def device_taken(self, job: Job) -> None:
        self._on_device = work_of(job), time.time()

    def device_freed(self) -> None:
        self._on_device = None

    def device_free_in(self) -> float | None:
        """Return in how many seconds what is on the device should leave it, if that is known.

        What is late is thought to be as late again: so its time is never one that has passed.
        """
        if self._on_device is None:
            return 0.0
        work, since = self._on_device
        if (duration := self._estimates.duration(*work)) is None:
            return None
        left = since + duration.device - time.time()
        return left if left > 0 else max(_LATE, -left)

    def place(self, job: Job) -> Place:
        """Return the place of a job that waits."""
        busy = self._on_device is not None
        number, total = self._queue.place(job.id) + 1 + busy, len(self._queue) + busy
        if self._gate.note:
            return Place(number, total, paused=True)
        starts_at = self.starts_at(job.id)
        duration = self._estimates.duration(*work_of(job))
        if starts_at is None or duration is None:
            return Place(number, total, starts_at)
        return Place(number, total, starts_at, starts_at + duration.whole)

    def ready_at(self, job: Job) -> float | None:
        """Return the Unix time at which a job that runs should be ready, if that is known."""
        # what it has made by now was made since it started
        duration = self._estimates.duration(kind_of(job.request), job.variations)
        if duration is None or job.started_at is None:
            return None
        return max(time.time(), job.started_at + duration.whole)

    def idle_at(self) -> float | None:
        """Return the Unix time at which all that waits now is made, if that is known."""
        return self._after(self._queue.in_all())

    def device_seconds(self, job: Job) -> float:
        """Return how long the device works on a job, as far as that is known; else 0."""
        kind, _ = work_of(job)
        duration = self._estimates.duration(kind, job.variations)
        return 0.0 if duration is None else duration.device

    def starts_at(self, job_id: str) -> float | None:
        """Return the Unix time at which a waiting job starts, if all that is ahead is known."""
        return self._after(self._queue.ahead(job_id))

    def _after(self, works: Iterable[tuple[Work, int]]) -> float | None:
        """Return when the device has done what is on it and so many works of each kind."""
        if self._gate.note:
            return None
        if (free_in := self.device_free_in()) is None:
            return None
        starts_at = time.time() + free_in
        for work, count in works:
            if not count or work.kind.smoothed:
                continue
            if (duration := self._estimates.duration(*work)) is None:
                return None
            starts_at += count * duration.device
        return starts_at
