"""What a job's way through the queue costs, with few and with many jobs waiting."""

import time
from collections.abc import Awaitable, Callable

from msgspec import structs

from benchmarks.requests import Requests
from benchmarks.table import Row
from benchmarks.timing import compare, time_in_turns
from bot.jobs.estimates import Estimates
from bot.jobs.forecast import Forecast
from bot.jobs.gate import Gate
from bot.jobs.job import Job
from bot.jobs.queue import FairQueue
from generator import Completed, GenerationRequest

_FEW, _MANY = 100, 100_000
_EACH = 4
"""Jobs that a member has waiting."""
_JOBS = 1_000


async def compare_waiting(requests: Requests, rounds: int) -> Row:
    """Return the row: jobs are put into a queue of that length, placed, and as many taken."""
    few, many = (f"{_JOBS:,} jobs through {count:,} waiting" for count in (_FEW, _MANY))
    works = {few: _queued(requests, _FEW), many: _queued(requests, _MANY)}
    return compare(await time_in_turns(works, rounds), many, few, goal="≤ 2.00")


def _made(request: GenerationRequest) -> Completed:
    return Completed(
        id=request.id,
        path=request.output_path,
        width=request.width,
        height=request.height,
        num_frames=request.num_frames,
        fps=request.fps,
        size_bytes=1,
        seconds={"denoising": 1.0},
    )


def _queued(requests: Requests, waiting: int) -> Callable[[], Awaitable[None]]:
    template = requests.fresh()
    kinds = [structs.replace(template, num_inference_steps=steps) for steps in range(2, 7)]
    queue, estimates = FairQueue(), Estimates()
    for request in kinds * _EACH:
        estimates.record(request, _made(request))
    forecast = Forecast(queue, estimates, Gate())
    asked = 0

    def ask() -> Job:
        nonlocal asked
        asked += 1
        user_id = asked % (waiting // _EACH)
        job = Job(
            id=f"{asked:07}",
            user_id=user_id,
            guild_id=user_id % 10,
            channel_id=1,
            request=kinds[asked % len(kinds)],
            created_at=time.time(),
        )
        queue.put_nowait(queue.reserve(job))
        return job

    async def pass_through() -> None:
        for _ in range(_JOBS):
            forecast.place(ask())
            queue.get_nowait()

    for _ in range(waiting):
        ask()
    return pass_through
