"""One job on the generator: from the queue to its end, or back."""

import asyncio
import logging
import time
from contextlib import aclosing

import msgspec
import psutil

from bot.i18n import _
from bot.jobs.endings import Endings
from bot.jobs.estimates import Estimates
from bot.jobs.job import Fits, Job, JobState
from bot.jobs.recovery import MAX_ATTEMPTS
from bot.jobs.reporter import Reporter
from bot.jobs.run import Run
from bot.jobs.several import next_request, remove_clips
from generator import (
    Cancelled,
    Completed,
    Failed,
    GenerationRequest,
    Generator,
    Progress,
    Terminal,
)

_log = logging.getLogger(__name__)


class Maker:
    """Has clips made, and keeps the generator's memory within a limit, in bytes."""

    def __init__(
        self,
        generator: Generator,
        reporter: Reporter,
        endings: Endings,
        estimates: Estimates,
        memory_limit: int | None,
    ) -> None:
        self._generator = generator
        self._reporter = reporter
        self._endings = endings
        self._estimates = estimates
        self._memory_limit = memory_limit
        self._open: set[str] = set()
        self._closed_one = asyncio.Event()

    async def make(self, run: Run, device_free: asyncio.Event) -> bool:
        """Bring a job to its end, and say when the device is free for the next one.

        Returns False for a job that has to be tried once more.
        """
        if run.job.request.smooths is not None:  # it needs none
            device_free.set()
        try:
            if not run.is_cancelled:
                await run.change(
                    state=JobState.RUNNING, attempts=run.job.attempts + 1, started_at=time.time()
                )
            end = await self._generate_all(run, device_free)
        finally:
            device_free.set()
        if not run.is_cancelled and self._may_retry(run, end):
            _log.warning("job %s: the generator crashed; trying once more", run.job.id)
            await run.change(state=JobState.QUEUED)
            if not run.is_cancelled:
                return False
        await self._end(run, end)
        return True

    async def renew_generator(self) -> None:
        """Replace a generator that has grown too large, once it makes nothing."""
        pid = self._generator.pid
        if self._memory_limit is None or pid is None:
            return
        used = _resident_bytes(pid)
        if used > self._memory_limit:
            _log.warning(
                "the generator is replaced: it holds %.1f GiB, more than GENERATOR_MEMORY_LIMIT",
                used / 2**30,
            )
            while self._open:
                await self._closed_one.wait()
            await self._generator.restart()

    async def _generate_all(self, run: Run, device_free: asyncio.Event) -> Terminal:
        """Have what is missing made, up to the last clip or the first that is not completed.

        Each is stored at once, so that a job that is tried again goes on where it was.
        """
        while len(run.job.clips) + 1 < run.job.variations:
            request = next_request(run.job)
            end = await self._generate(run, request, None)
            if not isinstance(end, Completed):
                return end
            self._estimates.record(request, end)
            await run.change(**_with_clip(run.job, end))
        return await self._generate(run, next_request(run.job), device_free)

    async def _generate(
        self, run: Run, request: GenerationRequest, device_free: asyncio.Event | None
    ) -> Terminal:
        if run.is_cancelled:  # between the queue and here, or between two clips
            return Cancelled(id=request.id)
        self._open.add(run.job.id)
        try:
            async with aclosing(self._generator.generate(request)) as events:
                async for event in events:
                    if not isinstance(event, Progress):
                        return event
                    if not run.is_cancelled:
                        self._reporter.show_progress(run.job, event)
                    if event.stage == "encoding" and device_free is not None:
                        device_free.set()
        finally:
            self._open.discard(run.job.id)
            self._closed_one.set()
            self._closed_one = asyncio.Event()
        raise RuntimeError("the generator ended a request without a terminal event")

    def _may_retry(self, run: Run, end: Terminal) -> bool:
        return (
            isinstance(end, Failed)
            and end.reason == "crashed"
            and end.retryable
            and run.job.attempts < MAX_ATTEMPTS
        )

    async def _end(self, run: Run, end: Terminal) -> None:
        run.settled = True
        match end:
            case _ if run.is_cancelled:
                if isinstance(end, Completed):  # at the same moment: it was not asked for any more
                    await asyncio.to_thread(remove_clips, [end])
                step, total = (end.step, end.total_steps) if isinstance(end, Cancelled) else (0, 0)
                await self._endings.cancel(run, step, total)
            case Completed():
                self._estimates.record(run.job.request, end)
                await run.change(
                    state=JobState.ENCODED, finished_at=time.time(), **_with_clip(run.job, end)
                )
                await self._endings.deliver(run)
            case Failed():
                if end.path is not None:
                    _log.warning("job %s could not be posted; its clip is %s", run.job.id, end.path)
                await self._endings.fail(run, end.text(_), _fitting(end))
            case Cancelled():
                await self._endings.cancel(run, end.step, end.total_steps)


def _fitting(end: Failed) -> Fits | None:
    """Return what the generator says would fit."""
    said = end.values
    if end.reason != "out_of_memory" or not said.keys() & {"width", "frames"}:
        return None
    numbers = {
        "width": said.get("width"),
        "height": said.get("height"),
        "num_frames": said.get("frames"),
    }
    return msgspec.convert(numbers, Fits)


def _with_clip(job: Job, completed: Completed) -> dict[str, object]:
    """Return the changes of a row for one more clip."""
    return {"more": (*job.more, completed)} if job.clips else {"completed": completed}


def _resident_bytes(pid: int) -> int:
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.NoSuchProcess:
        return 0
