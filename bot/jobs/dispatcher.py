"""The owner of every unfinished job, and the one consumer of the queue."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from msgspec import structs

from bot.errors import Refusal, StoreError
from bot.jobs.allowance import Account
from bot.jobs.endings import Endings
from bot.jobs.estimates import Estimates
from bot.jobs.forecast import Forecast, Place
from bot.jobs.gate import Gate
from bot.jobs.hands import Hands
from bot.jobs.job import Job, JobState
from bot.jobs.limits import Caps, check_room
from bot.jobs.making import Maker
from bot.jobs.queue import FairQueue
from bot.jobs.recovery import Recovery
from bot.jobs.reporter import Reporter
from bot.jobs.run import Run
from bot.jobs.several import next_request, remove_clips
from bot.jobs.store import Store
from bot.texts import refusals, status
from generator import GenerationRequest, Generator

_log = logging.getLogger(__name__)
_SHOWN_PLACES = 10
"""How many of the next jobs see their place change; each change is an edit, of a scarce supply."""
_LEARNT_FROM = 1000
"""Finished jobs that are looked at, at the start, for how long clips take."""
_GOODBYE = 5.0
"""Seconds for handing back, and for the last edits of a bot that stops."""


class Dispatcher:
    """Each change of a job's state is stored before it is acted on.

    Jobs that were accepted, and those in the queue, wait; every other is in the hands of a task,
    until its last words were shown.
    """

    def __init__(
        self,
        store: Store,
        generator: Generator,
        reporter: Reporter,
        gate: Gate,
        memory_limit: int | None = None,
        on_end: Callable[[Job], None] | None = None,
    ) -> None:
        self._store = store
        self._generator = generator
        self._reporter = reporter
        self._gate = gate
        gate.on_change(self._show_places)
        self._queue = FairQueue()
        self._estimates = Estimates()
        self._forecast = Forecast(self._queue, self._estimates, gate)
        self._endings = Endings(reporter, on_end)
        self._maker = Maker(generator, reporter, self._endings, self._estimates, memory_limit)
        self._accepted: dict[str, Run] = {}
        """Their places are reserved, and their members are being told."""
        self._tasks = asyncio.TaskGroup()
        self._hands = Hands(self._tasks, self._endings)
        self._consumer: asyncio.Task[None] | None = None
        self._recovered = asyncio.Event()
        self._restarted = False
        """Jobs were left behind by the last stop, and none has been taken since."""
        self._stopping = False

    # --- what commands and buttons call ---

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._queue)

    @property
    def note(self) -> str:
        """Why no job starts at the moment; empty when they do."""
        return self._gate.note

    def place(self, job: Job) -> Place:
        """Return where an accepted job waits, and until when."""
        return self._forecast.place(job)

    def is_waiting(self, job_id: str) -> bool:
        return job_id in self._queue

    def waiting_of(self, guild_id: int) -> int:
        """How many jobs of a server wait."""
        return len(self._queue.of_guild(guild_id))

    def idle_at(self) -> float | None:
        """Return the Unix time at which all that waits now is made, if that is known."""
        return self._forecast.idle_at()

    def ready_at(self, job: Job) -> float | None:
        """Return the Unix time at which a job that runs should be ready, if that is known."""
        return self._forecast.ready_at(job)

    async def unfinished_of(self, user_id: int) -> list[Job]:
        """Return a member's jobs that have no end yet: those being made, then those that wait."""
        await self._recovered.wait()
        held = [run for run, _ in self._hands.all() if run.job.user_id == user_id]
        made = [run.job for run in held if not run.is_over and not run.is_cancelled]
        return made + self._queue.jobs_of(user_id)

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

    async def is_free(self, job_id: str) -> bool:
        """Tell whether no job has this id, not even one that is just being stored."""
        return await self._store.job(job_id) is None and job_id not in self._accepted

    def promised_seconds(self, user_id: int, guild_id: int | None) -> float:
        """Return about how long the device will work on what a member asked for on a server.

        What is not known yet counts for nothing.
        """
        jobs = self._queue.jobs_of(user_id)
        held = [run for run, _ in self._hands.all() if not run.is_over and not run.is_cancelled]
        jobs += [run.job for run in held if run.job.user_id == user_id]
        return sum(self._forecast.device_seconds(job) for job in jobs if job.guild_id == guild_id)

    def check_change(self, job: Job, request: GenerationRequest, account: Account) -> None:
        """Raise `Refusal` where a member's allowance has no time for more work on a waiting job."""
        before = self._forecast.device_seconds(job)
        needed = self._forecast.device_seconds(structs.replace(job, request=request))
        if needed > before:
            promised = self.promised_seconds(job.user_id, job.guild_id) - before
            account.check(needed, max(0.0, promised))

    async def accept(self, job: Job, caps: Caps) -> Job:
        """Store a new job and return it with its turn; from here on it is never lost.

        `start` lets it run. Raises `Refusal` where as many wait already as may, while the bot
        stops, and when it cannot be stored.
        """
        (accepted,) = await self.accept_all([job], caps)
        return accepted

    async def accept_all(self, jobs: Sequence[Job], caps: Caps) -> list[Job]:
        """Do the same for all of a member's jobs, or for none."""
        await self._recovered.wait()  # an older job's turn comes first, and nothing runs twice
        if self._stopping:
            raise Refusal(refusals.RESTARTING)
        first = jobs[0]
        check_room(self._queue, first, caps, self._forecast.starts_at, len(jobs))
        if caps.account is not None:
            promised = self.promised_seconds(first.user_id, first.guild_id)
            caps.account.check(sum(map(self._forecast.device_seconds, jobs)), promised)
            jobs = [structs.replace(job, has_allowance=True) for job in jobs]
        # before anything is awaited: two cannot take the last place
        jobs = [self._queue.reserve(job) for job in jobs]
        self._accepted |= {job.id: Run(job, self._store) for job in jobs}
        try:
            await self._store.save_new_jobs(jobs)
        except BaseException as error:
            for job in jobs:
                self._release(job.id)
            if not isinstance(error, StoreError):
                raise
            _log.error("job %s is refused: %s", first.id, error)
            raise Refusal(refusals.NOT_STORED) from None
        return jobs

    async def start(
        self, job: Job, status_message_id: int | None, channel_id: int | None = None
    ) -> None:
        """Let an accepted job run; it has no message where the fate of that is not known.

        Its message is where it was asked for, or else in the channel that is given.
        """
        run = self._accepted[job.id]
        place = {
            "status_message_id": status_message_id,
            "channel_id": channel_id or job.channel_id,
        }
        turn = self._queue.replace(structs.replace(run.job, **place)).turn
        await run.change(**place, turn=turn)
        if run.is_cancelled:
            self._release(job.id)
            self._hands.take(run, self._endings.cancel(run))
        else:
            del self._accepted[job.id]
            self._queue.put_nowait(run.job)
            self._show_places(self._queue.place(job.id) + 1)

    async def withdraw(self, job: Job) -> None:
        """Forget an accepted job that its member was not told of."""
        run = self._release(job.id)
        await run.change(state=JobState.CANCELLED, finished_at=time.time(), told=True)

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

    # --- the bot's life ---

    async def run(self) -> None:
        """Recover what the last stop left behind, then serve the queue until cancelled."""
        async with self._tasks:
            await self._learn()
            recovery = Recovery(self._store, self._queue, self._endings)
            for run in await recovery.run():
                self._hands.take(run, recovery.end(run))
            self._restarted = self.waiting > 0
            self._recovered.set()
            self._show_places()
            self._consumer = self._tasks.create_task(self._consume())

    async def drain(self, grace: float) -> None:
        """Start nothing more, finish what runs within `grace` seconds, and hand the rest back."""
        self._stopping = True
        self._gate.close("bot", status.PLACE_KEPT)
        if self._consumer is not None:
            self._consumer.cancel()
        if held := self._hands.all():
            await asyncio.wait([task for _, task in held], timeout=grace)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                for run, task in self._hands.all():
                    await self._hand_back(run, task)
                self._forecast.device_freed()
                self._show_places()
                await self._reporter.flush()

    async def _consume(self) -> None:
        while True:
            try:
                await self._take_next()
            except Exception:  # of ours: the queue goes on
                _log.exception("the next job could not be taken")
                await asyncio.sleep(1)

    async def _take_next(self) -> None:
        job = await self._queue.get()
        if self._gate.note:
            self._queue.put_nowait(job)
            await self._gate.wait()
            return
        self._restarted = False
        run, device_free = Run(job, self._store), asyncio.Event()
        self._hands.take(run, self._follow(run, device_free))
        self._forecast.device_taken(job)
        self._show_places()
        await device_free.wait()
        self._forecast.device_freed()
        await self._maker.renew_generator()

    async def _follow(self, run: Run, device_free: asyncio.Event) -> None:
        if not await self._maker.make(run, device_free):
            self._queue.put_nowait(run.job)

    async def _hand_back(self, run: Run, task: asyncio.Task[None]) -> None:
        """Let the next start make a clip that is not done, as if this one had not begun."""
        if run.settled or run.is_cancelled:
            return
        task.cancel()
        await asyncio.wait([task])
        begun = run.job.state is JobState.RUNNING
        await run.change(state=JobState.QUEUED, attempts=run.job.attempts - begun)
        self._queue.put_nowait(run.job)

    async def _learn(self) -> None:
        try:
            for job in reversed(await self._store.recent_completed(_LEARNT_FROM)):
                for completed in job.clips:
                    self._estimates.record(job.request, completed)
        except StoreError as error:
            _log.warning("how long clips took so far is not known: %s", error)

    def _release(self, job_id: str) -> Run:
        self._queue.remove(job_id)
        return self._accepted.pop(job_id)

    async def _save_turns(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.id not in self._queue:  # it has begun, and its row says more by now
                continue
            try:
                await self._store.save_job(job)
            except StoreError as error:
                _log.warning("job %s: its earlier turn cannot be stored: %s", job.id, error)

    def _show_places(self, first: int = 0) -> None:
        """Show the next jobs' places, or only of those that wait behind so many others."""
        restarted = status.RESTARTED if self._restarted and not self._stopping else ""
        for job in self._queue.first(_SHOWN_PLACES)[first:]:
            self._reporter.show_place(job, self._forecast.place(job), restarted, self.note)
