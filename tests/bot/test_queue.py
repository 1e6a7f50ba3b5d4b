"""The queue: in order, and each item reachable by its id."""

import asyncio

from bot.jobs.queue import JobQueue
from tests.bot.jobs import make_job


async def test_jobs_leave_in_the_order_they_came() -> None:
    queue = JobQueue()
    for name in ("a", "b", "c"):
        queue.put_nowait(make_job(name))
    assert [job.id for job in queue.waiting()] == ["a", "b", "c"]
    assert [(await queue.get()).id for _ in range(3)] == ["a", "b", "c"]


async def test_a_waiting_job_is_removed_by_its_id_and_only_once() -> None:
    queue = JobQueue()
    for name in ("a", "b", "c"):
        queue.put_nowait(make_job(name))
    removed = queue.remove("b")
    assert removed is not None
    assert removed.id == "b"
    assert queue.remove("b") is None
    assert [job.id for job in queue.waiting()] == ["a", "c"]


async def test_a_consumer_sleeps_on_after_the_only_job_was_removed() -> None:
    queue = JobQueue()
    consumer = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait(make_job("a"))
    queue.remove("a")
    queue.put_nowait(make_job("b"))
    assert (await consumer).id == "b"


async def test_a_job_put_first_is_the_next() -> None:
    queue = JobQueue()
    queue.put_nowait(make_job("a"))
    queue.put_first(make_job("again"))
    assert [job.id for job in queue.waiting()] == ["again", "a"]
    assert (await queue.get()).id == "again"
