"""Rows of the database, very many of them: what a bot finds that starts, and saves among."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from msgspec import structs

from benchmarks.requests import Requests
from benchmarks.table import Row
from benchmarks.timing import compare, time_in_turns
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store, open_store
from generator import Completed

_FEW, _MANY = 100, 100_000
_SAVED = 100
_GROUP = 1_000
_MADE = 3
"""Clips from which the bot knows how long the next ones take."""
_EACH = 4
"""Jobs that a member has waiting."""


async def fill_database(data_dir: Path, waiting: int) -> None:
    """Leave so many waiting jobs behind, as a bot that stopped does, and some clips made before."""
    async with open_store(data_dir / "zoetrope.sqlite3") as store:
        jobs = _jobs(data_dir)
        for job in itertools.islice(jobs, _MADE):
            await store.save_job(_made(job))
        await _fill(store, jobs, waiting)


async def compare_saving(folder: Path, rounds: int) -> Row:
    """Return the row: jobs are saved, one after the other, in a database of so many."""
    few, many = (f"{_SAVED} jobs saved among {count:,}" for count in (_FEW, _MANY))
    async with open_store(folder / "few.sqlite3") as small, open_store(folder / "many") as large:
        works = {
            few: await _saving(small, _jobs(folder), _FEW),
            many: await _saving(large, _jobs(folder), _MANY),
        }
        return compare(await time_in_turns(works, rounds), many, few, goal="≤ 2.00")


async def _saving(store: Store, jobs: Iterator[Job], waiting: int) -> Callable[[], Awaitable[None]]:
    await _fill(store, jobs, waiting)

    async def save() -> None:
        for job in itertools.islice(jobs, _SAVED):
            await store.save_job(job)

    return save


async def _fill(store: Store, jobs: Iterator[Job], waiting: int) -> None:
    for _ in range(0, waiting, _GROUP):
        group = itertools.islice(jobs, min(_GROUP, waiting))
        await asyncio.gather(*(store.save_job(job) for job in group))


def _made(job: Job) -> Job:
    request = job.request
    completed = Completed(
        id=request.id,
        path=request.output_path,
        width=request.width,
        height=request.height,
        num_frames=request.num_frames,
        fps=request.fps,
        size_bytes=1,
        seconds={"denoising": 1.0},
    )
    return structs.replace(job, state=JobState.POSTED, told=True, completed=completed)


def _jobs(folder: Path) -> Iterator[Job]:
    """Yield jobs of ever new members, each with the turn that the queue would give it."""
    requests = Requests(folder)
    for number in itertools.count():
        user_id, place = divmod(number, _EACH)
        yield Job(
            id=f"{number:07}",
            user_id=user_id,
            guild_id=1,
            channel_id=1,
            request=requests.fresh(),
            status_message_id=1,
            turn=place + 1,
            created_at=time.time(),
        )
