"""What became of a server's jobs: counts, times, device time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from bot.jobs.allowance import device_seconds
from bot.jobs.job import Job, JobState

HalfAndMost = tuple[float, float]
"""Seconds within which half of the jobs were done, and 95 of a hundred."""


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Of the jobs of some days."""

    jobs: int
    posted: int
    failed: int
    cancelled: int
    waits: HalfAndMost | None
    """From asking until it was begun, of those posted; None without any. So the next."""
    runs: HalfAndMost | None
    """From its beginning until the clip was made."""
    device_seconds: float

    @property
    def success(self) -> float | None:
        """The share of posted ones among those that were not cancelled, 0 .. 1; None of none."""
        ended = self.posted + self.failed
        return self.posted / ended if ended else None


def statistics_of(jobs: Iterable[Job]) -> Statistics:
    """Count what became of jobs."""
    jobs = list(jobs)
    posted = [job for job in jobs if job.state is JobState.POSTED]
    timed = [
        (job.created_at, job.started_at, job.finished_at)
        for job in posted
        if job.started_at is not None and job.finished_at is not None
    ]
    return Statistics(
        jobs=len(jobs),
        posted=len(posted),
        failed=sum(job.state is JobState.FAILED for job in jobs),
        cancelled=sum(job.state is JobState.CANCELLED for job in jobs),
        waits=_half_and_most([started - created for created, started, _ in timed]),
        runs=_half_and_most([finished - started for _, started, finished in timed]),
        device_seconds=sum(map(device_seconds, jobs)),
    )


def _half_and_most(seconds: Sequence[float]) -> HalfAndMost | None:
    if not seconds:
        return None
    if len(seconds) == 1:
        return seconds[0], seconds[0]
    cuts = quantiles(seconds, n=20, method="inclusive")
    return cuts[9], cuts[18]
