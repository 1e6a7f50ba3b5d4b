"""The one consumer of the queue: takes jobs to the generator and follows each to its end."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import aclosing

import msgspec

from bot.jobs.estimates import Estimates
from bot.jobs.forecast import Forecast, Place
from bot.jobs.job import Job, JobState
from bot.jobs.limits import Caps, check_room
from bot.jobs.queue import FairQueue
from bot.jobs.reporter import DeliveryError, Reporter
from bot.jobs.store import Store
from generator import Cancelled, Completed, Failed, Generator, Progress, Terminal

_log = logging.getLogger(__name__)
_MAX_ATTEMPTS = 2
_SHOWN_PLACES = 10
"""How many of the next jobs see their place change; each change is an edit, of a scarce supply."""
_LEARNT_FROM = 1000
"""Finished jobs that are looked at, at the start, for how long clips take."""


class Dispatcher:
    """Owns every unfinished job. Each change of state is stored before it is acted on."""

    def __init__(self, store: Store, generator: Generator, reporter: Reporter) -> None:
        self._store = store
        self._generator = generator
        self._reporter = reporter
        self._queue = FairQueue()
        self._estimates = Estimates()
        self._forecast = Forecast(self._queue, self._estimates)
        self._running: dict[str, Job] = {}
        """Taken from the queue and not at their end: on the device, encoding or being posted."""
        self._cancelled_by: dict[str, int] = {}

    # --- what commands and buttons call ---

    def place(self, job: Job) -> Place:
        """Return where an accepted job waits, and until when."""
        return self._forecast.place(job)

    async def accept(self, job: Job, caps: Caps) -> Job:
        """Store a new job and return it with its turn; from here on it is never lost.

        `start` lets it run. Raises `Refusal` where as many wait already as may.
        """
        check_room(self._queue, job, caps, self._forecast.starts_at)
        job = self._queue.reserve(job)  # before anything is awaited: two cannot take the last place
        try:
            await self._store.save_job(job)
        except BaseException:
            self._queue.remove(job.id)
            raise
        return job

    async def start(self, job: Job, status_message_id: int) -> None:
        """Queue an accepted job whose status message is up, unless it was cancelled meanwhile."""
        if job.id not in self._queue:
            return
        job = msgspec.structs.replace(job, status_message_id=status_message_id)
        job = self._queue.replace(job)
        await self._store.save_job(job)
        if job.id in self._queue:
            self._queue.put_nowait(job)

    async def cancel(self, job_id: str, by_user_id: int) -> bool:
        """Cancel a waiting or running job; `False` when it is neither."""
        removed = self._queue.remove(job_id)
        if removed is not None:
            await self._finish_cancelled(removed.job, by_user_id, step=0, total=0)
            await self._save_turns(removed.moved)
            self._show_places()
            return True
        if job_id not in self._running:
            return False
        self._cancelled_by.setdefault(job_id, by_user_id)
        await self._generator.cancel(job_id)
        return True

    # --- the consumer ---

    async def run(self) -> None:
        """Recover what the last stop left behind, then serve the queue until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for job in await self._recover():
                tasks.create_task(self._deliver(job))
            while True:
                job = await self._queue.get()
                self._running[job.id] = job
                self._forecast.device_taken(job)
                self._show_places()
                device_free = asyncio.Event()
                tasks.create_task(self._follow(job, device_free))
                await device_free.wait()
                self._forecast.device_freed()

    async def _recover(self) -> list[Job]:
        """Queue unfinished jobs in their old order; return those that only need posting."""
        for job in reversed(await self._store.recent_completed(_LEARNT_FROM)):
            if job.completed is not None:
                self._estimates.record(job.request, job.completed)
        finished: list[Job] = []
        for job in await self._store.unfinished_jobs():
            if job.state in {JobState.ENCODED, JobState.POSTING}:
                finished.append(job)
            elif job.attempts >= _MAX_ATTEMPTS:
                await self._fail(job, "the bot stopped twice while this clip was being made.")
            else:
                self._queue.put_nowait(job)
        self._show_places()
        return finished

    async def _follow(self, job: Job, device_free: asyncio.Event) -> None:
        """Take one job from the queue to its end; the consumer goes on when the device is free."""
        try:
            job = await self._change(
                job, state=JobState.RUNNING, attempts=job.attempts + 1, started_at=time.time()
            )
            end = await self._generate(job, device_free)
            await self._end(job, end)
        except Exception:
            _log.exception("job %s: internal error", job.id)
            await self._fail(job, "an internal error, which has been logged.")
        finally:
            self._running.pop(job.id, None)
            self._cancelled_by.pop(job.id, None)
            device_free.set()

    async def _generate(self, job: Job, device_free: asyncio.Event) -> Terminal:
        if job.id in self._cancelled_by:  # cancelled between the queue and here
            return Cancelled(id=job.id)
        async with aclosing(self._generator.generate(job.request)) as events:
            async for event in events:
                match event:
                    case Progress():
                        self._reporter.show_progress(job, event)
                        if event.stage == "encoding":
                            device_free.set()
                    case Completed() | Cancelled() | Failed():
                        return event
        raise RuntimeError("the generator ended a request without a terminal event")

    async def _end(self, job: Job, end: Terminal) -> None:
        match end:
            case Completed():
                self._estimates.record(job.request, end)
                job = await self._change(
                    job, state=JobState.ENCODED, completed=end, finished_at=time.time()
                )
                await self._deliver(job)
            case Cancelled():
                by = self._cancelled_by.get(job.id, job.user_id)
                await self._finish_cancelled(job, by, end.step, end.total_steps)
            case Failed():
                if self._may_retry(job, end):
                    _log.warning("job %s: %s; trying once more", job.id, end.reason)
                    self._queue.put_nowait(await self._change(job, state=JobState.QUEUED))
                else:
                    if end.path is not None:
                        _log.warning("job %s could not be posted; its clip is %s", job.id, end.path)
                    await self._fail(job, end.message)

    def _may_retry(self, job: Job, failure: Failed) -> bool:
        return (
            failure.retryable
            and failure.reason == "crashed"
            and job.attempts < _MAX_ATTEMPTS
            and job.id not in self._cancelled_by
        )

    async def _deliver(self, job: Job) -> None:
        again = job.state is JobState.POSTING
        job = await self._change(job, state=JobState.POSTING)
        try:
            message_id = await self._reporter.post(job, again=again)
        except DeliveryError as error:
            await self._fail(job, str(error))
        else:
            job = await self._change(job, state=JobState.POSTED, result_message_id=message_id)
            await self._reporter.show_done(job)

    async def _fail(self, job: Job, message: str) -> None:
        job = await self._change(job, state=JobState.FAILED, finished_at=time.time())
        await self._reporter.show_failure(job, message)

    async def _finish_cancelled(self, job: Job, by_user_id: int, step: int, total: int) -> None:
        job = await self._change(job, state=JobState.CANCELLED, finished_at=time.time())
        await self._reporter.show_cancelled(job, by_user_id, step, total)

    async def _change(self, job: Job, **changes: object) -> Job:
        job = msgspec.structs.replace(job, **changes)
        await self._store.save_job(job)
        return job

    async def _save_turns(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.id in self._queue:  # else it has begun, and its row says more by now
                await self._store.save_job(job)

    def _show_places(self) -> None:
        for job in self._queue.first(_SHOWN_PLACES):
            self._reporter.show_place(job, self._forecast.place(job))
