"""What happens to jobs, by a real store and a real generator process."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiosqlite
import pytest

from bot.errors import Refusal
from bot.jobs.job import Job, JobState
from bot.jobs.store import open_store
from tests.bot.dispatching import CAPS, running
from tests.bot.jobs import make_completed


async def test_a_job_is_made_posted_and_told(tmp_path: Path, job: Callable[..., Job]) -> None:
    async with running(tmp_path) as bot:
        asked = await bot.ask(job("plain"))
        row = await bot.told(asked)
        assert row.state is JobState.POSTED
        assert row.result_message_id is not None
        assert bot.notebook.of(asked)[-2:] == ["posting", "done"]


async def test_who_waits_is_told_anew_when_the_one_before_takes_longer_than_thought(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    quick = make_completed(seconds={"denoising": 0.2})
    async with open_store(tmp_path / "jobs.sqlite3") as store:
        for name in ("aaaaa", "bbbbb", "ccccc"):
            done = job(name, "hanging", state=JobState.POSTED, told=True, completed=quick)
            await store.save_job(done)
    async with running(tmp_path) as bot:
        await bot.notebook.until(await bot.ask(job("ddddd", "hanging")), "denoising")
        waiting = await bot.ask(job("eeeee"))
        await bot.notebook.until(waiting, "place 2 of 2")
        await bot.dispatcher.cancel("ddddd", 1)


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


async def test_a_clip_that_cannot_be_posted_fails_with_the_reason(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        bot.notebook.refusal = "the channel is gone."
        row = await bot.told(await bot.ask(job("aaaaa")))
        assert (row.state, row.failure) == (JobState.FAILED, "the channel is gone.")


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
