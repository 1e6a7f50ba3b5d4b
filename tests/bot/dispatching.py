"""The dispatcher with a real store and a real generator process; members are a notebook."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from bot.generator_watch import GeneratorWatch
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.forecast import Place
from bot.jobs.gate import Gate
from bot.jobs.job import Job
from bot.jobs.limits import Caps
from bot.jobs.reporter import DeliveryError
from bot.jobs.store import Store, open_store
from generator import Progress
from generator.backends.local import LocalGenerator

WORKER = [sys.executable, "-m", "tests.generator.plain_worker"]
CAPS = Caps(member=100, guild=100, total=100)
_messages = count(100)


class Notebook:
    """A `Reporter` that writes down what members would see."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.reachable = True
        self.may_post = asyncio.Event()
        self.may_post.set()
        self.refusal: str | None = None
        self._written = asyncio.Event()

    def show_place(self, job: Job, place: Place, *notes: str) -> None:
        note = " ".join(note for note in notes if note)
        self._write(job, f"place {place.number} of {place.total} {note}".strip())

    async def find_status(self, job: Job, place: Place, *notes: str) -> tuple[int | None, int]:
        self._write(job, f"found at place {place.number} of {place.total}")
        return next(_messages), job.channel_id

    def show_progress(self, job: Job, progress: Progress) -> None:
        self._write(job, f"{progress.stage}")

    async def post(self, job: Job, *, again: bool) -> int | None:
        self._write(job, "posting again" if again else "posting")
        await self.may_post.wait()
        if self.refusal is not None:
            raise DeliveryError(self.refusal)
        return next(_messages)

    async def show_done(self, job: Job) -> bool:
        return self._end(job, "done")

    async def show_failure(self, job: Job, message: str) -> bool:
        return self._end(job, f"failed: {message}")

    async def show_cancelled(self, job: Job, by_user_id: int | None, step: int, total: int) -> bool:
        return self._end(job, f"cancelled by {by_user_id}")

    async def flush(self) -> None: ...

    def of(self, job: Job) -> list[str]:
        return [line for job_id, line in self.lines if job_id == job.id]

    async def until(self, job: Job, line: str, times: int = 1) -> None:
        """Wait until a line that begins like this was written so many times."""
        async with asyncio.timeout(20):
            while sum(each.startswith(line) for each in self.of(job)) < times:
                await self._written.wait()

    def _end(self, job: Job, line: str) -> bool:
        self._write(job, line if self.reachable else "unreachable")
        return self.reachable

    def _write(self, job: Job, line: str) -> None:
        self.lines.append((job.id, line))
        self._written.set()
        self._written = asyncio.Event()


class Bot:
    """The dispatcher with what is around it."""

    def __init__(self, store: Store, generator: LocalGenerator, memory_limit: int | None) -> None:
        self.store = store
        self.generator = generator
        self.notebook = Notebook()
        self.gate = Gate()
        self.watch = GeneratorWatch(generator, store, self.gate)
        self.dispatcher = Dispatcher(store, generator, self.notebook, self.gate, memory_limit)

    async def ask(self, job: Job) -> Job:
        """Do what /video does."""
        job = await self.dispatcher.accept(job, CAPS)
        await self.dispatcher.start(job, next(_messages))
        return job

    async def row(self, job: Job) -> Job:
        row = await self.store.job(job.id)
        assert row is not None
        return row

    async def told(self, job: Job) -> Job:
        """Wait until a job's end was told, and return its row."""
        async with asyncio.timeout(20):
            while not (row := await self.row(job)).told:  # noqa: ASYNC110 - rows change in silence
                await asyncio.sleep(0.01)
        return row


@asynccontextmanager
async def running(
    folder: Path, *, command: list[str] = WORKER, memory_limit: int | None = None
) -> AsyncGenerator[Bot]:
    async with (
        open_store(folder / "jobs.sqlite3", busy_timeout=0.2) as store,
        LocalGenerator(command) as generator,
    ):
        bot = Bot(store, generator, memory_limit)
        tasks = [
            asyncio.create_task(bot.watch.run()),
            asyncio.create_task(bot.dispatcher.run()),
        ]
        try:
            yield bot
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
