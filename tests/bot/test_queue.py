"""The queue: in order, and each item reachable by its id."""

import asyncio

from bot.jobs.queue import FairQueue
from tests.bot.jobs import make_job


async def test_jobs_leave_in_the_order_they_came() -> None:
    queue = FairQueue()
    for name in ("a", "b", "c"):
        queue.put_nowait(make_job(name))
    assert [job.id for job in queue.first(9)] == ["a", "b", "c"]
    assert [(await queue.get()).id for _ in range(3)] == ["a", "b", "c"]


async def test_a_waiting_job_is_removed_by_its_id_and_only_once() -> None:
    queue = FairQueue()
    for name in ("a", "b", "c"):
        queue.put_nowait(make_job(name))
    removed = queue.remove("b")
    assert removed is not None
    assert removed.job.id == "b"
    assert queue.remove("b") is None
    assert [job.id for job in queue.first(9)] == ["a", "c"]


async def test_a_consumer_sleeps_on_after_the_only_job_was_removed() -> None:
    queue = FairQueue()
    consumer = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait(make_job("a"))
    queue.remove("a")
    queue.put_nowait(make_job("b"))
    assert (await consumer).id == "b"


async def test_a_job_that_is_tried_again_is_the_next() -> None:
    queue = FairQueue()
    for name in ("a", "b", "c"):
        queue.put_nowait(make_job(name))
    queue.put_nowait(await queue.get())
    assert [job.id for job in queue.first(9)] == ["a", "b", "c"]
