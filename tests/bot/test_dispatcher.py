"""What happens to jobs, by a real store and a real generator process; members are a notebook."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import aiosqlite
import pytest

from bot.errors import Refusal
from bot.generator_watch import GeneratorWatch
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.forecast import Place
from bot.jobs.gate import Gate
from bot.jobs.job import Job, JobState
from bot.jobs.limits import Caps
from bot.jobs.reporter import DeliveryError
from bot.jobs.store import Store, open_store
from bot.texts import status
from generator import Progress
from generator.backends.local import LocalGenerator
from tests.bot.jobs import make_job
from tests.generator.plain_worker import CATALOGUE

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


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    def job(job_id: str, model: str = "plain", **changes: object) -> Job:
        request = CATALOGUE[model].request(
            # a seed of its own: an exact repeat would overtake a clip that is being encoded
            id=job_id,
            prompt="a",
            seed=ord(job_id[0]),
            output_path=str(tmp_path / f"{job_id}.mp4"),
        )
        return make_job(job_id, request=request, **changes)

    return job


async def test_a_job_is_made_posted_and_told(tmp_path: Path, job: Callable[..., Job]) -> None:
    async with running(tmp_path) as bot:
        asked = await bot.ask(job("plain"))
        row = await bot.told(asked)
        assert row.state is JobState.POSTED
        assert row.result_message_id is not None
        assert bot.notebook.of(asked)[-2:] == ["posting", "done"]


async def test_an_id_is_taken_while_its_job_is_being_stored(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        await bot.ask(job("aaaaa"))
        assert not await bot.dispatcher.is_free("aaaaa")
        assert await bot.dispatcher.is_free("bbbbb")
        _, free = await asyncio.gather(
            bot.dispatcher.accept(job("bbbbb"), CAPS), bot.dispatcher.is_free("bbbbb")
        )
        assert not free


async def test_an_end_that_nobody_could_be_told_of_is_told_after_a_restart(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        bot.notebook.reachable = False
        posted, failed = await bot.ask(job("aaaaa")), await bot.ask(job("bbbbb", "failing"))
        await bot.notebook.until(posted, "unreachable")
        await bot.notebook.until(failed, "unreachable")
        assert not (await bot.row(posted)).told
    async with running(tmp_path) as bot:
        assert (await bot.told(posted)).state is JobState.POSTED
        assert (await bot.told(failed)).state is JobState.FAILED
        assert bot.notebook.of(posted) == ["done"]
        (line,) = bot.notebook.of(failed)
        assert line == f"failed: {(await bot.row(failed)).failure}"
    async with running(tmp_path) as bot:
        assert await bot.store.unfinished_jobs() == []


async def test_a_clip_that_was_being_posted_is_posted_again_and_knows_it(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        bot.notebook.may_post.clear()
        asked = await bot.ask(job("aaaaa"))
        await bot.notebook.until(asked, "posting")
        with pytest.raises(Refusal, match="Too late"):
            await bot.dispatcher.cancel(asked.id, 1)
        assert (await bot.row(asked)).state is JobState.POSTING
    async with running(tmp_path) as bot:
        assert (await bot.told(asked)).state is JobState.POSTED
        assert bot.notebook.of(asked) == ["posting again", "done"]


async def test_a_clip_that_cannot_be_posted_fails_with_the_reason(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        bot.notebook.refusal = "the channel is gone."
        row = await bot.told(await bot.ask(job("aaaaa")))
        assert (row.state, row.failure) == (JobState.FAILED, "the channel is gone.")


async def test_after_a_restart_the_running_job_comes_first_and_the_order_is_kept(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        first = await bot.ask(job("aaaaa", "endless", user_id=1, created_at=1.0))
        later = [
            await bot.ask(job(name, user_id=user_id, created_at=when))
            for name, user_id, when in (("bbbbb", 2, 2.0), ("ccccc", 2, 3.0), ("ddddd", 3, 4.0))
        ]
        await bot.notebook.until(first, "denoising")
        assert (await bot.row(first)).state is JobState.RUNNING
    async with running(tmp_path) as bot:
        await bot.notebook.until(first, f"place 1 of 4 {status.RESTARTED}")
        await bot.notebook.until(first, "denoising")
        assert (await bot.row(first)).attempts == 2
        await bot.dispatcher.cancel(first.id, 1)
        for asked in later:
            await bot.told(asked)
        posted = [job_id for job_id, line in bot.notebook.lines if line == "posting"]
        assert posted == ["bbbbb", "ddddd", "ccccc"]


async def test_a_job_that_ran_in_two_stops_fails_in_words(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    for _ in range(2):
        async with running(tmp_path) as bot:
            if (asked := await bot.store.job("aaaaa")) is None:
                asked = await bot.ask(job("aaaaa", "endless"))
            await bot.notebook.until(asked, "denoising")
    async with running(tmp_path) as bot:
        assert (await bot.told(job("aaaaa"))).failure == status.STOPPED_TWICE


async def test_a_job_can_be_cancelled_wherever_it_waits_or_runs(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        running_one = await bot.ask(job("aaaaa", "endless"))
        await bot.notebook.until(running_one, "denoising")
        waiting = await bot.ask(job("bbbbb"))
        accepted = await bot.dispatcher.accept(job("ccccc"), CAPS)
        for each in (accepted, waiting, running_one):
            await bot.dispatcher.cancel(each.id, 7)
            assert (await bot.row(each)).state is JobState.CANCELLED
        await bot.dispatcher.start(accepted, 5)
        for each in (accepted, waiting, running_one):
            assert (await bot.told(each)).state is JobState.CANCELLED
            assert bot.notebook.of(each)[-1] == "cancelled by 7"
        assert (await bot.told(await bot.ask(job("ddddd")))).state is JobState.POSTED
        for each in (accepted, waiting, running_one):  # by now nobody holds them any more
            with pytest.raises(Refusal, match="not waiting or running"):
                await bot.dispatcher.cancel(each.id, 7)


async def test_a_job_cancelled_while_it_is_encoded_has_no_clip(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        asked = await bot.ask(job("aaaaa", "hanging_encoding"))
        await bot.notebook.until(asked, "encoding")
        await bot.dispatcher.cancel(asked.id, 7)
        # which is written down at once; the generator may obey later
        assert (await bot.row(asked)).state is JobState.CANCELLED
        following = await bot.ask(job("bbbbb"))
        assert bot.generator.pid is not None
        os.kill(bot.generator.pid, signal.SIGKILL)
        assert (await bot.told(asked)).state is JobState.CANCELLED
        assert (await bot.told(following)).state is JobState.POSTED
        assert not Path(asked.request.output_path).exists()  # noqa: ASYNC240 - a moment


async def test_a_cancellation_survives_the_bot(tmp_path: Path, job: Callable[..., Job]) -> None:
    async with running(tmp_path) as bot:
        asked = await bot.ask(job("aaaaa", "hanging"))
        await bot.notebook.until(asked, "denoising")
        await bot.dispatcher.cancel(asked.id, 7)
    async with running(tmp_path) as bot:
        assert (await bot.told(asked)).state is JobState.CANCELLED
        assert bot.notebook.of(asked) == ["cancelled by None"]


async def test_nobody_is_promised_what_cannot_be_stored_and_what_was_promised_is_kept(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with (
        running(tmp_path) as bot,
        aiosqlite.connect(tmp_path / "jobs.sqlite3") as other,
    ):
        asked = await bot.ask(job("aaaaa", "hanging_encoding"))
        await bot.notebook.until(asked, "encoding")
        await other.execute("BEGIN IMMEDIATE")  # nobody else can write now
        with pytest.raises(Refusal, match="Nothing was queued"):
            await bot.dispatcher.accept(job("bbbbb"), CAPS)
        assert bot.dispatcher.waiting == 0
        cancelling = asyncio.create_task(bot.dispatcher.cancel(asked.id, 7))
        await other.rollback()
        await cancelling
        assert (await bot.row(asked)).state is JobState.CANCELLED


async def test_a_withdrawn_job_never_runs(tmp_path: Path, job: Callable[..., Job]) -> None:
    async with running(tmp_path) as bot:
        withdrawn = await bot.dispatcher.accept(job("aaaaa"), CAPS)
        await bot.dispatcher.withdraw(withdrawn)
        await bot.told(await bot.ask(job("bbbbb")))
        assert bot.notebook.of(withdrawn) == []
        assert (await bot.told(withdrawn)).state is JobState.CANCELLED


async def test_a_bot_that_stops_finishes_what_it_can_and_hands_back_the_rest(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        encoded = await bot.ask(job("aaaaa", "hanging_encoding"))
        await bot.notebook.until(encoded, "encoding")
        started = await bot.ask(job("bbbbb", "endless"))
        await bot.notebook.until(started, "denoising")
        waiting = await bot.ask(job("ccccc"))
        await bot.dispatcher.drain(0)
        with pytest.raises(Refusal, match="restarting"):
            await bot.ask(job("ddddd"))
        for place, each in enumerate((encoded, started, waiting), start=1):
            row = await bot.row(each)
            assert (row.state, row.attempts) == (JobState.QUEUED, 0)
            assert bot.notebook.of(each)[-1] == f"place {place} of 3 {status.PLACE_KEPT}"
    async with running(tmp_path) as bot:
        bot.notebook.may_post.clear()
        asked = await bot.store.job("ccccc")
        assert asked is not None
        await bot.dispatcher.cancel("aaaaa", 1)
        await bot.dispatcher.cancel("bbbbb", 1)
        await bot.notebook.until(asked, "posting")
        draining = asyncio.create_task(bot.dispatcher.drain(20))
        await bot.notebook.until(asked, "posting")
        bot.notebook.may_post.set()
        await draining
        assert (await bot.row(asked)).state is JobState.POSTED


async def test_jobs_wait_for_a_generator_that_does_not_start_and_lose_no_attempt(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    broken = tmp_path / "broken"
    broken.touch()
    check = f"import os, sys; os.path.exists({str(broken)!r}) and sys.exit('There is no device.')"
    command = [
        sys.executable,
        "-c",
        f"{check}; import runpy; runpy.run_module({WORKER[2]!r}, run_name='__main__')",
    ]
    async with running(tmp_path, command=command) as bot:
        asked = await bot.ask(job("aaaaa"))
        await bot.notebook.until(asked, f"place 1 of 1 {status.GENERATOR_DOWN}")
        assert (await bot.row(asked)).attempts == 0
        broken.unlink()
        row = await bot.told(asked)
        assert (row.state, row.attempts) == (JobState.POSTED, 1)


async def test_a_generator_that_dies_again_and_again_loses_no_job(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        killer, waiting = await bot.ask(job("aaaaa", "suicidal")), await bot.ask(job("bbbbb"))
        row = await bot.told(killer)
        assert (row.state, row.attempts) == (JobState.FAILED, 2)
        assert "SIGKILL" in (row.failure or "")
        assert (await bot.told(waiting)).state is JobState.POSTED


async def test_a_generator_over_its_memory_limit_is_replaced_between_two_jobs(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path, memory_limit=1) as bot:
        pids = set[int | None]()
        for name in ("aaaaa", "bbbbb"):
            asked = await bot.ask(job(name))
            await bot.notebook.until(asked, "denoising")
            pids.add(bot.generator.pid)
            row = await bot.told(asked)
            assert (row.state, row.attempts) == (JobState.POSTED, 1)
        assert len(pids) == 2


async def test_what_the_generator_runs_on_is_known_before_it_is_ready_again(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        device = await bot.generator.wait_ready()
        await bot.told(await bot.ask(job("aaaaa")))
        assert bot.watch.device == device
    async with running(tmp_path, command=[sys.executable, "-c", ""]) as bot:
        async with asyncio.timeout(20):
            while bot.watch.device is None:  # noqa: ASYNC110 - it is read in silence
                await asyncio.sleep(0.01)
        assert bot.watch.device == device
