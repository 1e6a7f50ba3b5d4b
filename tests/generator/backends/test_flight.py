"""The clock that runs against a request."""

import asyncio

import pytest
from msgspec import structs

from generator.backends.flight import Flight
from generator.backends.patience import Pace, Patience
from generator.protocol import Cancelled, Completed, Failed, Progress
from tests.generator.plain_worker import PLAIN

REQUEST = PLAIN.request(id="1", prompt="a", seed=1, output_path="1.mp4")
COMPLETED = Completed(
    id="1", path="1.mp4", width=2, height=2, num_frames=1, fps=8, size_bytes=9, seconds={}
)


class Watch:
    """A flight whose clock sets an event."""

    def __init__(self, timeout: float, silence: float = 600) -> None:
        self.expired = asyncio.Event()
        pace = Pace(Patience(clip=timeout, silence=silence))
        self.flight = Flight(REQUEST, pace, lambda _: self.expired.set())

    async def expires(self, within: float) -> bool:
        try:
            await asyncio.wait_for(self.expired.wait(), within)
        except TimeoutError:
            return False
        return True


async def test_no_clock_runs_before_the_first_progress() -> None:
    watch = Watch(timeout=0.01)
    assert not await watch.expires(within=0.1)
    watch.flight.deliver(Progress("1", "denoising"))
    assert await watch.expires(within=5)


async def test_loading_a_model_does_not_count_against_the_clip() -> None:
    watch = Watch(timeout=0.3)
    watch.flight.deliver(Progress("1", "loading"))
    assert not await watch.expires(within=0.2)
    watch.flight.deliver(Progress("1", "denoising"))
    assert not await watch.expires(within=0.2)
    assert await watch.expires(within=5)


@pytest.mark.parametrize("last", [Cancelled("1", 2, 5), COMPLETED])
async def test_the_end_stops_the_clock(last: Cancelled | Completed) -> None:
    watch = Watch(timeout=0.05)
    watch.flight.start_clock()
    watch.flight.deliver(last)
    assert not await watch.expires(within=0.2)
    assert watch.flight.events.get_nowait() == last


async def test_what_is_stopped_by_the_clock_says_so() -> None:
    watch = Watch(timeout=0.01)
    watch.flight.deliver(Progress("1", "denoising", 3, 5))
    await watch.expired.wait()
    watch.flight.deliver(Cancelled("1", 3, 5))
    watch.flight.events.get_nowait()
    failed = watch.flight.events.get_nowait()
    assert isinstance(failed, Failed)
    assert failed.reason == "timed_out"
    assert "0.01 seconds" in failed.text()


async def test_silence_runs_out_before_the_time_for_the_clip() -> None:
    watch = Watch(timeout=600, silence=0.01)
    watch.flight.deliver(Progress("1", "decoding"))
    assert await watch.expires(within=5)
    watch.flight.deliver(Cancelled("1", 3, 5))
    watch.flight.events.get_nowait()
    failed = watch.flight.events.get_nowait()
    assert isinstance(failed, Failed)
    assert failed.reason == "timed_out"
    assert "no progress for 0 seconds" in failed.text()


async def test_any_word_breaks_the_silence() -> None:
    watch = Watch(timeout=600, silence=0.5)
    for step in range(1, 5):
        watch.flight.deliver(Progress("1", "denoising", step, 5))
        assert not await watch.expires(within=0.2)
    assert await watch.expires(within=5)


async def test_a_flight_that_has_not_begun_survives_its_child_once() -> None:
    waiting = Watch(timeout=600).flight
    assert waiting.survives(first=False)
    assert waiting.survives(first=True)
    assert not waiting.survives(first=True)
    begun = Watch(timeout=600).flight
    begun.deliver(Progress("1", "loading"))
    assert not begun.survives(first=False)


async def test_a_clip_done_in_the_last_moment_is_kept() -> None:
    watch = Watch(timeout=0.01)
    watch.flight.start_clock()
    await watch.expired.wait()
    watch.flight.deliver(COMPLETED)
    assert watch.flight.events.get_nowait() == COMPLETED


async def test_silence_follows_the_terminal_event() -> None:
    flight = Watch(timeout=1).flight
    flight.deliver(COMPLETED)
    flight.deliver(Progress("1", "encoding"))
    flight.deliver(structs.replace(COMPLETED, width=4))
    assert flight.landed
    assert flight.events.qsize() == 1
