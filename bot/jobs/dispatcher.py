"""The owner of every unfinished job, and the one consumer of the queue."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from msgspec import structs

from bot.errors import Refusal, StoreError
from bot.i18n import speaking
from bot.jobs.changes import Changes
from bot.jobs.gate import Gate
from bot.jobs.job import Job, JobState
from bot.jobs.limits import Caps, check_room
from bot.jobs.making import Maker
from bot.jobs.recovery import Recovery
from bot.jobs.reporter import Reporter
from bot.jobs.run import Run
from bot.jobs.store import Store
from bot.logs import job_context
from bot.texts import refusals, status
from generator import Generator

_log = logging.getLogger(__name__)
_LEARNT_FROM = 1000
"""Finished jobs that are looked at, at the start, for how long clips take."""
_GOODBYE = 5.0
"""Seconds for handing back, and for the last edits of a bot that stops."""


class Dispatcher(Changes):
    """Takes jobs in, and has them made one after the other.

    Each change of a job's state is stored before it is acted on.
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
        super().__init__(store, generator, reporter, gate, on_end)
        self._maker = Maker(generator, reporter, self._endings, self._estimates, memory_limit)
        self._consumer: asyncio.Task[None] | None = None

    # --- what commands and buttons call; more in `Changes` and `Underway` ---

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

        Its messages are in the channel that is given, or else where it was asked for.
        """
        run = self._accepted[job.id]
        place: dict[str, Any] = {"status_message_id": status_message_id}
        if channel_id is not None:
            place |= {"channel_id": channel_id, "thread_name": None}
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

    def _release(self, job_id: str) -> Run:
        self._queue.remove(job_id)
        return self._accepted.pop(job_id)

    # --- the bot's life ---

    async def run(self) -> None:
        """Recover what the last stop left behind, then serve the queue until cancelled."""
        async with self._tasks:
            await self._learn()
            recovery = Recovery(self._store, self._queue, self._endings)
            left = await recovery.run()
            for run in left.ending:
                self._hands.take(run, recovery.end(run))
            self._accepted |= {run.job.id: run for run in left.unseen}
            for runs in _by_channel(left.unseen):
                self._tasks.create_task(self._start_unseen(runs))
            self._restarted = self.waiting > 0
            self._recovered.set()
            self._show_places()
            self._consumer = self._tasks.create_task(self._consume())

    async def _start_unseen(self, runs: Sequence[Run]) -> None:
        """Let jobs run once it is known where their members see them, in their order."""
        for run in runs:
            place, message_id, channel_id = self._forecast.place(run.job), None, None
            with job_context(run.job.id), speaking(run.job.language):
                try:
                    message_id, channel_id = await self._reporter.find_status(
                        run.job, place, status.RESTARTED, self.note
                    )
                except Exception:  # of ours: the clip comes all the same
                    _log.exception("the status message was not looked for")
                await self.start(run.job, message_id, channel_id)
            self._show_places()

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
        await self._until(device_free)
        self._forecast.device_freed()
        await self._maker.renew_generator()

    async def _until(self, device_free: asyncio.Event) -> None:
        """Wait for the device; where that takes longer than thought, so does all that waits."""
        while not device_free.is_set():
            try:
                async with asyncio.timeout(self._forecast.device_free_in()):
                    await device_free.wait()
            except TimeoutError:
                self._show_places()

    async def _follow(self, run: Run, device_free: asyncio.Event) -> None:
        if not await self._maker.make(run, device_free):
            self._queue.put_nowait(run.job)

    async def _hand_back(self, run: Run, task: asyncio.Task[None]) -> None:
        """Let the next start make a clip that is not done, as if this one had not begun."""
        if run.settled or run.is_cancelled:
            return
        task.cancel()
        await asyncio.wait([task])
        if run.is_cancelled:  # meanwhile: its member is told at the next start
            return
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


def _by_channel(runs: Sequence[Run]) -> list[list[Run]]:
    """Part runs by where they were asked for, each part in its order."""
    ordered = sorted(runs, key=lambda run: run.job.channel_id)
    return [list(part) for _, part in groupby(ordered, key=lambda run: run.job.channel_id)]
