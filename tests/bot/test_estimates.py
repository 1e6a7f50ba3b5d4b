"""How long clips take, and from that when a waiting one starts and is ready."""

import time
from typing import Any

import pytest
from msgspec import structs

from bot.jobs.estimates import Duration, Estimates, kind_of, work_of
from bot.jobs.forecast import Forecast, Place
from bot.jobs.gate import Gate
from bot.jobs.job import Job
from bot.jobs.queue import FairQueue
from generator import Completed
from tests.bot.jobs import make_job


def job_like(job_id: str = "abcde", user_id: int = 1, **request: Any) -> Job:
    job = make_job(job_id, user_id=user_id)
    return structs.replace(job, request=structs.replace(job.request, **request))


def made_in(denoising: float, encoding: float = 0.5) -> Completed:
    return Completed(
        id="abcde",
        path="clips/abcde.mp4",
        width=256,
        height=256,
        num_frames=19,
        fps=8,
        size_bytes=12_345,
        seconds={"denoising": denoising, "encoding": encoding},
    )


def learnt(job: Job, *seconds: float) -> Estimates:
    estimates = Estimates()
    for each in seconds:
        estimates.record(job.request, made_in(each))
    return estimates


def test_three_clips_are_needed_and_the_last_ten_count() -> None:
    job = job_like()
    assert learnt(job, 1.0, 2.0).duration(kind_of(job.request)) is None
    assert learnt(job, 1.0, 9.0, 2.0).duration(kind_of(job.request)) == Duration(2.0, 2.5)
    many = learnt(job, *[1.0] * 10, *[5.0] * 10)
    assert many.duration(kind_of(job.request)) == Duration(5.0, 5.5)


def test_an_exact_repeat_says_nothing() -> None:
    job = job_like()
    estimates = learnt(job, 4.0, 4.0)
    estimates.record(job.request, structs.replace(made_in(0.0), seconds={}))
    assert estimates.duration(kind_of(job.request)) is None


@pytest.mark.parametrize(
    "other",
    [{"num_inference_steps": 3}, {"num_frames": 9}, {"width": 64}, {"guidance_scale": 1.0}],
)
def test_clips_of_another_kind_say_nothing(other: dict[str, Any]) -> None:
    estimates = learnt(job_like(), 1.0, 1.0, 1.0)
    assert estimates.duration(kind_of(job_like(**other).request)) is None
    same = job_like(prompt="a blue star", seed=99)
    assert estimates.duration(kind_of(same.request)) is not None


def test_what_is_dearer_is_measured_or_else_counted() -> None:
    few, many = job_like(num_inference_steps=5).request, job_like(num_inference_steps=6).request
    estimates = Estimates()
    assert estimates.is_dearer(many, few)
    assert not estimates.is_dearer(few, many)
    assert not estimates.is_dearer(few, few)
    for request, seconds in ((few, 3.0), (many, 2.0)):
        for _ in range(3):
            estimates.record(request, made_in(seconds))
    assert estimates.is_dearer(few, many)


def test_a_waiting_job_starts_after_what_is_left_of_all_that_is_ahead() -> None:
    quick, slow = job_like("a"), job_like("b", user_id=2, num_inference_steps=50)
    estimates = learnt(quick, 1_000.0, 1_000.0, 1_000.0)
    for _ in range(3):
        estimates.record(slow.request, made_in(10_000.0))
    queue = FairQueue()
    gate = Gate()
    forecast = Forecast(queue, estimates, gate)
    mine = queue.reserve(job_like("m", user_id=3))
    alone = forecast.place(mine)
    assert (alone.number, alone.total) == (1, 1)
    assert alone.starts_at == pytest.approx(time.time(), abs=60)

    forecast.device_taken(quick)
    for job in (job_like("c", user_id=1), slow):
        queue.reserve(structs.replace(job, created_at=1.0))
    place = forecast.place(mine)
    assert (place.number, place.total) == (4, 4)
    assert place.starts_at == pytest.approx(time.time() + 1_000 + 1_000 + 10_000, abs=60)
    assert place.ready_at == pytest.approx((place.starts_at or 0.0) + 1_000.5)

    queue.reserve(structs.replace(job_like("n", user_id=4, num_inference_steps=7), created_at=2.0))
    unknown = forecast.place(mine)
    assert (unknown.number, unknown.starts_at, unknown.ready_at) == (5, None, None)
    queue.remove("n")
    forecast.device_taken(job_like("o", num_inference_steps=7))
    assert forecast.place(mine).starts_at is None
    forecast.device_freed()
    gate.close("disk", "The disk is full.")
    assert forecast.place(mine) == Place(3, 3, paused=True)
    assert forecast.starts_at(mine.id) is None
    gate.open("disk")
    assert forecast.place(mine).starts_at == pytest.approx(time.time() + 1_000 + 10_000, abs=60)


def test_what_is_overdue_is_given_a_time_that_has_not_passed() -> None:
    quick, queue = job_like(), FairQueue()
    forecast = Forecast(queue, learnt(quick, 0.0, 0.0, 0.0), Gate())
    mine = queue.reserve(job_like("m", user_id=3))
    assert forecast.device_free_in() == 0
    forecast.device_taken(quick)
    assert forecast.device_free_in() == pytest.approx(5, abs=1)
    assert (forecast.place(mine).starts_at or 0) > time.time() + 1


def test_a_job_of_several_clips_takes_as_long_as_what_is_left_of_them() -> None:
    several = structs.replace(job_like(), variations=3)
    estimates = learnt(several, 1.0, 9.0, 2.0)
    assert estimates.duration(*work_of(several)) == Duration(7.0, 7.5)
    begun = structs.replace(several, completed=made_in(2.0))
    assert estimates.duration(*work_of(begun)) == Duration(4.5, 5.0)
