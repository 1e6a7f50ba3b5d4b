"""What happens to jobs when the bot stops or is killed, and comes back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import Refusal
from bot.jobs.job import Job, JobState
from bot.texts import status
from tests.bot.dispatching import running


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


async def test_a_cancellation_survives_the_bot(tmp_path: Path, job: Callable[..., Job]) -> None:
    async with running(tmp_path) as bot:
        asked = await bot.ask(job("aaaaa", "hanging"))
        await bot.notebook.until(asked, "denoising")
        await bot.dispatcher.cancel(asked.id, 7)
    async with running(tmp_path) as bot:
        assert (await bot.told(asked)).state is JobState.CANCELLED
        assert bot.notebook.of(asked) == ["cancelled by None"]


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
