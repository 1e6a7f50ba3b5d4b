"""How jobs end: the clip is posted, or the member is told why not; after a restart as well."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.jobs.job import Fits, Job, JobState
from bot.jobs.reporter import DeliveryError, Reporter
from bot.jobs.run import Run, growing_pauses
from bot.jobs.several import remove_clips
from bot.texts import status

_log = logging.getLogger(__name__)


class Endings:
    """Stores each end, shows it, and notes that it was shown."""

    def __init__(self, reporter: Reporter, on_end: Callable[[Job], None] | None = None) -> None:
        self._reporter = reporter
        self._on_end = on_end

    async def deliver(self, run: Run) -> None:
        """Post a finished clip."""
        run.settled = True
        again = run.job.state is JobState.POSTING
        await run.change(state=JobState.POSTING)
        try:
            message_id = await self._reporter.post(run.job, again=again)
        except DeliveryError as error:
            await self.fail(run, str(error))
        else:
            await run.change(state=JobState.POSTED, result_message_id=message_id)
            await self.tell(run)

    async def fail(self, run: Run, reason: str, fits: Fits | None = None) -> None:
        """End a job that cannot go on, for a reason in words; the clips it has are posted.

        `fits` is what may work instead.
        """
        run.settled = True
        if run.job.state is JobState.RUNNING and run.job.clips:
            await run.change(state=JobState.ENCODED, failure=reason, finished_at=time.time())
            await self.deliver(run)
        else:
            await run.change(
                state=JobState.FAILED, failure=reason, fits=fits, finished_at=time.time()
            )
            await self.tell(run)

    async def cancel(self, run: Run, step: int = 0, total_steps: int = 0) -> None:
        """End a job that was cancelled, at a step of so many if it ran; its clips are removed."""
        run.settled = True
        made = run.job.clips
        await run.change(state=JobState.CANCELLED, finished_at=time.time(), completed=None, more=())
        await asyncio.to_thread(remove_clips, made)
        await self.tell(run, step, total_steps)

    async def tell(self, run: Run, step: int = 0, total_steps: int = 0) -> None:
        """Show the last words of a job that has ended, however often that takes."""
        show = self._last_words(run.job, run.cancelled_by, step, total_steps)
        for pause in growing_pauses():
            try:
                settled = await show()
            except Exception:  # of ours, which would be no better the next time
                _log.exception("job %s: its end could not be shown", run.job.id)
                settled = True
            if settled:
                break
            await asyncio.sleep(pause)
        await run.change(told=True)
        if self._on_end is not None:
            self._on_end(run.job)

    def _last_words(
        self, job: Job, cancelled_by: int | None, step: int, total_steps: int
    ) -> Callable[[], Awaitable[bool]]:
        match job.state:
            case JobState.POSTED:
                return lambda: self._reporter.show_done(job)
            case JobState.CANCELLED:
                return lambda: self._reporter.show_cancelled(job, cancelled_by, step, total_steps)
            case _:
                reason = job.failure or status.INTERNAL_FAILURE
                return lambda: self._reporter.show_failure(job, reason)
