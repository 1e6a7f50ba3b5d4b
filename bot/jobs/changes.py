"""What becomes of jobs on their way: they are cancelled, or ask for something else."""

import asyncio
import contextlib
import logging
import time
from typing import Any, Literal

from msgspec import structs

from bot.errors import Refusal
from bot.jobs.job import Job, JobState
from bot.jobs.run import Run
from bot.jobs.several import next_request, remove_clips
from bot.jobs.underway import Underway
from bot.texts import refusals, status
from generator import GenerationRequest

_log = logging.getLogger(__name__)


class Changes(Underway):
    """Each is stored before it is acted on, and comes too late once a job's end is decided."""

    async def cancel(self, job_id: str, by_user_id: int) -> None:
        """Cancel a waiting or running job. Raises `Refusal` when it is too late for that."""
        await self._recovered.wait()
        run = self._accepted.get(job_id) or self._hands.get(job_id)
        if run is None and (removed := self._queue.remove(job_id)) is not None:
            run = Run(removed.job, self._store)
            run.cancelled_by = by_user_id
            self._hands.take(run, self._endings.cancel(run))
            await self._save_turns(removed.moved)
            self._show_places()
        elif run is None or (run.is_over and not run.is_cancelled):
            raise Refusal(refusals.NOT_RUNNING)
        elif run.settled and not run.is_cancelled:
            raise Refusal(refusals.TOO_LATE)
        elif not run.is_cancelled:
            run.cancelled_by = by_user_id
            # its holder sees the mark; the row has to know as well, should the bot be killed now
            await run.change(state=JobState.CANCELLED, finished_at=time.time())
            await self._generator.cancel(next_request(run.job).id)

    async def end_all_of(self, user_id: int, patience: float) -> bool:
        """Cancel a member's jobs; tell whether within so many seconds all had their last words."""
        for job in await self.unfinished_of(user_id):
            with contextlib.suppress(Refusal):  # its clip is being posted
                await self.cancel(job.id, user_id)
        tasks = [held.task for held in self._hands.all() if held.run.job.user_id == user_id]
        if tasks:
            await asyncio.wait(tasks, timeout=patience)
        unfinished = await self.unfinished_of(user_id)
        return not unfinished and all(task.done() for task in tasks)

    async def amend(self, job_id: str, **changes: object) -> Job:
        """Change of a job on its way what is not about its clip, and return it.

        Raises `Refusal` when it has ended, `StoreError`.
        """
        await self._recovered.wait()
        run = self._accepted.get(job_id) or self._hands.get(job_id)
        if run is not None and not run.is_over:
            await run.change(**changes)
            return run.job
        job = self._queue.hold(job_id)
        if job is None:
            raise Refusal(refusals.NOT_RUNNING)
        changed = structs.replace(job, **changes)
        try:
            await self._store.save_job(changed)
        except BaseException:
            changed = job
            raise
        finally:
            if job_id in self._queue:  # else it was cancelled meanwhile
                self._queue.put_nowait(changed)
        return changed

    async def replace(
        self, job_id: str, request: GenerationRequest, **fields: Any
    ) -> Literal["kept", "moved", "begun"]:
        """Let a waiting job ask for something else; `fields` are others of its row that change.

        It keeps its place, unless the clip takes longer now: then it is as if asked for just now.
        Raises `Refusal` when the change cannot be stored.
        """
        await self._recovered.wait()
        job = self._queue.hold(job_id)
        if job is None:
            return "begun"
        dearer = self._estimates.is_dearer(request, job.request)
        # clips that an attempt has left are of what was asked for before
        changed = structs.replace(job, request=request, completed=None, more=(), **fields)
        if dearer:
            changed = structs.replace(changed, turn=0, created_at=time.time())
        try:
            await self._store.save_job(changed)
        except BaseException as error:
            if job_id in self._queue:
                self._queue.put_nowait(job)
            if not isinstance(error, Exception):
                raise
            _log.exception("job %s is not changed: it cannot be stored", job_id)
            raise Refusal(refusals.CHANGE_NOT_STORED) from None
        await asyncio.to_thread(remove_clips, job.clips)
        if job_id not in self._queue:  # cancelled meanwhile
            return "begun"
        if dearer and (removed := self._queue.remove(job_id)) is not None:
            changed = self._queue.reserve(changed)
            moved = [*removed.moved, changed]
        else:
            changed = self._queue.replace(changed)
            moved = [] if changed.turn == job.turn else [changed]
        self._queue.put_nowait(changed)
        self._show_places()
        self._reporter.show_place(
            changed, self._forecast.place(changed), status.MOVED_BACK if dearer else self.note
        )
        await self._save_turns(moved)
        return "moved" if dearer else "kept"
