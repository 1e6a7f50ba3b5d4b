"""The one consumer of the queue: takes jobs to the generator and follows each to its end."""

import asyncio
import logging
import time
from contextlib import aclosing

import msgspec

from bot.jobs.job import Job, JobState
from bot.jobs.queue import JobQueue
from bot.jobs.reporter import DeliveryError, Reporter
from bot.jobs.store import Store
from generator import Cancelled, Completed, Failed, Generator, Progress, Terminal

_log = logging.getLogger(__name__)
_MAX_ATTEMPTS = 2
_SHOWN_PLACES = 10
"""How many of the next jobs see their place change; each change is an edit, of a scarce supply."""


class Dispatcher:
    """Owns every unfinished job. Each change of state is stored before it is acted on."""

    def __init__(self, store: Store, generator: Generator, reporter: Reporter) -> None:
        self._store = store
        self._generator = generator
        self._reporter = reporter
        self._queue = JobQueue()
        self._accepted: dict[str, Job] = {}
        self._running: dict[str, Job] = {}
        """Taken from the queue and not at their end: on the device, encoding or being posted."""
        self._device_busy = False
        self._cancelled_by: dict[str, int] = {}

    # --- what commands and buttons call ---

    def next_place(self) -> int:
        """Return the 1-based place the next accepted job would have."""
        return self._queue.qsize() + self._device_busy + 1

    def waiting_count(self, user_id: int | None = None) -> int:
        """Count accepted jobs that have not started, of one member or of all."""
        waiting = [*self._accepted.values(), *self._queue.waiting()]
        return sum(user_id is None or job.user_id == user_id for job in waiting)

    async def accept(self, job: Job) -> None:
        """Store a new job; from here on it is never lost. `start` lets it run."""
        self._accepted[job.id] = job
        await self._store.save_job(job)

    async def start(self, job: Job, status_message_id: int) -> None:
        """Queue an accepted job whose status message is up, unless it was cancelled meanwhile."""
        if self._accepted.pop(job.id, None) is None:
            return
        job = msgspec.structs.replace(job, status_message_id=status_message_id)
        await self._store.save_job(job)
        self._queue.put_nowait(job)

    async def cancel(self, job_id: str, by_user_id: int) -> bool:
        """Cancel a waiting or running job; `False` when it is neither."""
        waiting = self._accepted.pop(job_id, None) or self._queue.remove(job_id)
        if waiting is not None:
            await self._finish_cancelled(waiting, by_user_id, step=0, total=0)
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
                self._device_busy = True
                self._show_places()
                device_free = asyncio.Event()
                tasks.create_task(self._follow(job, device_free))
                await device_free.wait()
                self._device_busy = False

    async def _recover(self) -> list[Job]:
        """Queue unfinished jobs in their old order; return those that only need posting."""
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
                    self._queue.put_first(await self._change(job, state=JobState.QUEUED))
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

    def _show_places(self) -> None:
        waiting = self._queue.waiting()
        ahead = int(self._device_busy)
        for place, job in enumerate(waiting[:_SHOWN_PLACES], start=ahead + 1):
            self._reporter.show_place(job, place, ahead + len(waiting))
