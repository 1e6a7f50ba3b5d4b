"""What happens to jobs when the generator dies, does not start, or grows."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from bot.jobs.job import Job, JobState
from bot.texts import status
from tests.bot.dispatching import WORKER, running


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
