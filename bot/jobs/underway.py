"""Jobs that have no end yet: where each is, and what may be asked about them."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from msgspec import structs

from bot.errors import StoreError
from bot.jobs.allowance import Account
from bot.jobs.endings import Endings
from bot.jobs.estimates import Estimates
from bot.jobs.forecast import Forecast, Place
from bot.jobs.gate import Gate
from bot.jobs.hands import Hands
from bot.jobs.job import Job
from bot.jobs.queue import FairQueue
from bot.jobs.reporter import Reporter
from bot.jobs.run import Run
from bot.jobs.store import Store
from bot.texts import status
from generator import GenerationRequest, Generator

_log = logging.getLogger(__name__)
_SHOWN_PLACES = 10
"""How many of the next jobs see their place change; each change is an edit, of a scarce supply."""


class Underway:
    """Jobs that were accepted, and those in the queue, wait.

    Every other is in the hands of a task, until its last words were shown.
    """

    def __init__(
        self,
        store: Store,
        generator: Generator,
        reporter: Reporter,
        gate: Gate,
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
        self._accepted: dict[str, Run] = {}
        """Their places are reserved, and their members are being told."""
        self._tasks = asyncio.TaskGroup()
        self._hands = Hands(self._tasks, self._endings)
        self._recovered = asyncio.Event()
        self._restarted = False
        """Jobs were left behind by the last stop, and none has been taken since."""
        self._stopping = False

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

    async def _save_turns(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.id not in self._queue:  # it has begun, and its row says more by now
                continue
            try:
                await self._store.save_turn(job)
            except StoreError as error:
                _log.warning("job %s: its earlier turn cannot be stored: %s", job.id, error)

    def _show_places(self, first: int = 0) -> None:
        """Show the next jobs' places, or only of those that wait behind so many others."""
        restarted = status.RESTARTED if self._restarted and not self._stopping else ""
        for job in self._queue.first(_SHOWN_PLACES)[first:]:
            self._reporter.show_place(job, self._forecast.place(job), restarted, self.note)
