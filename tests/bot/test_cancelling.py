"""A job can be cancelled wherever it is; what nobody was told of is withdrawn."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bot.errors import Refusal
from bot.jobs.job import Job, JobState
from bot.jobs.store import open_store
from tests.bot.dispatching import CAPS, running
from tests.bot.jobs import make_completed


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


async def test_who_moves_up_in_the_queue_keeps_what_changed_at_the_same_moment(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    async with running(tmp_path) as bot:
        bot.gate.close("test", "closed")
        first, second = await bot.ask(job("aaaaa")), await bot.ask(job("bbbbb"))
        assert (first.turn, second.turn) == (1, 2)
        await asyncio.gather(
            bot.dispatcher.amend(second.id, to_dm=True), bot.dispatcher.cancel(first.id, 1)
        )
        row = await bot.row(second)
        assert (row.turn, row.to_dm) == (1, True)


async def test_a_withdrawn_job_never_runs(tmp_path: Path, job: Callable[..., Job]) -> None:
    async with running(tmp_path) as bot:
        withdrawn = await bot.dispatcher.accept(job("aaaaa"), CAPS)
        await bot.dispatcher.withdraw(withdrawn)
        await bot.told(await bot.ask(job("bbbbb")))
        assert bot.notebook.of(withdrawn) == []
        assert (await bot.told(withdrawn)).state is JobState.CANCELLED


async def test_what_a_job_cancelled_before_a_stop_has_made_is_removed_after_it(
    tmp_path: Path, job: Callable[..., Job]
) -> None:
    asked = job("aaaaa", variations=2, state=JobState.CANCELLED)
    path = Path(asked.request.output_path)
    path.write_bytes(b"x")  # noqa: ASYNC240 - a moment
    made = make_completed("aaaaa", path=str(path))
    async with open_store(tmp_path / "jobs.sqlite3") as store:
        await store.save_job(msgspec.structs.replace(asked, completed=made))
    async with running(tmp_path) as bot:
        row = await bot.told(asked)
        assert (row.state, row.clips) == (JobState.CANCELLED, ())
        assert not path.exists()  # noqa: ASYNC240 - a moment
