"""What people see of a run: previews within their budget, and a filmstrip when there is time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generator.encoding import Rendering
from generator.memory import Mode
from generator.protocol import Completed, Filmstrip, GenerationRequest, Progress
from generator.runtime import OnProgress
from generator.snapshots import (
    Budget,
    OnSnapshot,
    Picture,
    Previews,
    Recorder,
    Snapshot,
    strip_steps,
)
from generator.spec import ModelSpec
from tests.generator.engine_bench import Bench
from tests.generator.plain_worker import PLAIN, PlainPipeline, PlainRuntime, paint

STEPS = PLAIN.defaults.num_inference_steps


class Clock:
    """Seconds that pass only where a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def grey(value: int) -> Callable[[], Picture]:
    return lambda: np.full((32, 32, 3), value, np.uint8)


def snapshot(step: int, picture: Callable[[], Picture] | None = None, **changes: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "step": step,
        "total_steps": STEPS,
        "timestep": 1000.0 - 200 * step,
        "frame": 0,
        "share": 1 / 4,
        "at_hand": True,
        "picture": picture or grey(40 * step),
    }
    return Snapshot(**fields | changes)


def request(folder: Path, **changes: Any) -> GenerationRequest:
    return PLAIN.request(
        id="a", prompt="a", seed=1, output_path=str(folder / "a.mp4"), filmstrip=True, **changes
    )


# --- the budget -----------------------------------------------------------------------------------


def test_a_quick_run_has_no_previews() -> None:
    clock = Clock()
    budget = Budget(clock=clock)
    clock.now += 9.9
    assert not budget.allows()
    clock.now += 0.1
    assert budget.allows()


@pytest.mark.parametrize("cost", [0.01, 0.15, 0.2, 3.0])
@pytest.mark.parametrize("step_seconds", [0.5, 4.0])
def test_previews_never_take_more_than_their_share_once_their_cost_is_known(
    cost: float, step_seconds: float
) -> None:
    clock = Clock()
    budget, began = Budget(clock=clock), clock.now
    spent, times = 0.0, list[float]()
    for _ in range(2000):
        clock.now += step_seconds
        if budget.allows():
            with budget.spend():
                clock.now += cost
            spent += cost
            times.append(clock.now)
            if len(times) > 1:
                assert spent <= 0.02 * (clock.now - began)
    assert len(times) > 5
    assert min(np.diff(times)) >= 5.0
    # and they do use it: what is not spent is less than one more would have cost
    paced = (clock.now - began) / 10 * cost
    assert spent >= min(paced, 0.02 * (clock.now - began) - 2 * cost)


# --- previews -------------------------------------------------------------------------------------


def previews(path: Path) -> Previews:
    clock = Clock()
    budget = Budget(clock=clock)
    clock.now += 60
    return Previews(path, budget)


def test_a_preview_is_a_small_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "a.preview.jpg"
    wide = np.full((600, 1200, 3), (200, 30, 30), np.uint8)
    assert previews(path).offer(snapshot(2, lambda: wide)) == path
    with Image.open(path) as image:
        assert image.format == "JPEG"
        assert image.size == (512, 256)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "useless",
    [snapshot(0), snapshot(STEPS), snapshot(2, at_hand=False)],
    ids=["noise", "the end", "offloaded"],
)
def test_noise_the_end_and_what_is_offloaded_are_not_shown(
    tmp_path: Path, useless: Snapshot
) -> None:
    assert previews(tmp_path / "a.jpg").offer(useless) is None
    assert list(tmp_path.iterdir()) == []


def test_a_preview_that_fails_is_the_runs_last_and_never_its_end(tmp_path: Path) -> None:
    def fail() -> Picture:
        raise MemoryError

    shown = previews(tmp_path / "a.jpg")
    assert shown.offer(snapshot(1, fail)) is None
    assert shown.offer(snapshot(2)) is None


# --- the filmstrip --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "steps"),
    [
        (1, [0]),
        (2, [0, 1]),
        (4, [0, 1, 2, 3]),
        (16, [0, 1, 3, 6, 11]),
        (50, [0, 2, 8, 18, 32]),
    ],
)
def test_a_strip_begins_with_noise_and_shows_more_of_the_early_steps(
    total: int, steps: list[int]
) -> None:
    assert sorted(strip_steps(total)) == steps


def recorded(folder: Path, pictures: dict[int, Callable[[], Picture]] | None = None) -> Recorder:
    """Return the recorder of a run that is done, with its clip on the disk."""
    made = request(folder)
    recorder = Recorder(made, lambda _: None)
    for step in range(STEPS + 1):
        recorder.offer(snapshot(step, (pictures or {}).get(step)))
    recorder.finish(np.full((4, 32, 32, 3), 250, np.uint8), {"denoising": 99.0, "decoding": 1.0})
    Path(made.output_path).touch()
    return recorder


def test_a_strip_has_the_steps_pictures_and_the_clips_own_at_the_end(tmp_path: Path) -> None:
    recorder = recorded(tmp_path)
    assert recorder.steps == (0, 1, 2, 4, 5)
    recorder.draw()
    with Image.open(recorder.strip_path) as image:
        assert image.width == 1100
        seen = np.asarray(image.convert("L"))
    values = {int(value) for value in np.unique(seen[100:1000])}
    assert {0, 40, 80, 160, 250} <= values
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "a.strip.jpg"}


def test_a_run_that_hands_over_no_noise_has_no_strip(tmp_path: Path) -> None:
    recorder = Recorder(request(tmp_path), lambda _: None)
    for step in (2, 4):
        recorder.offer(snapshot(step))
    recorder.finish(np.zeros((4, 32, 32, 3), np.uint8), {"denoising": 99.0})
    assert recorder.steps == ()


def test_a_strip_is_cheap_if_its_decoding_is_a_small_part_of_the_run(tmp_path: Path) -> None:
    recorder = recorded(tmp_path)
    assert recorder.is_cheap
    recorder.finish(np.zeros((4, 32, 32, 3), np.uint8), {"denoising": 9.0, "decoding": 1.0})
    assert not recorder.is_cheap


def test_there_is_no_strip_of_a_deleted_clip_even_if_it_goes_meanwhile(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"

    def delete_it() -> Picture:
        clip.unlink()
        return grey(0)()

    recorder = recorded(tmp_path, {1: delete_it})
    recorder.draw()
    assert list(tmp_path.iterdir()) == []
    recorder.draw()
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_gone_leaves_a_clip_without_a_strip(tmp_path: Path) -> None:
    def gone() -> Picture:
        raise LookupError("the model was unloaded")

    recorded(tmp_path, {2: gone}).draw()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]


# --- the engine -----------------------------------------------------------------------------------


class SeeingPipeline(PlainPipeline):
    """Shows what it sees after each step."""

    def run(
        self, request: GenerationRequest, on_progress: OnProgress, on_snapshot: OnSnapshot | None, /
    ) -> Rendering:
        def see(stage: Any, step: int, total: int) -> None:
            on_progress(stage, step, total)
            if stage == "denoising" and on_snapshot is not None:
                on_snapshot(snapshot(step, total_steps=total))

        return paint(request, see)


class SeeingRuntime(PlainRuntime):
    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        return super().load(spec, mode) if spec.name == "endless" else SeeingPipeline(paint)


def wait_until_idle(bench: Bench) -> None:
    """Let both threads finish what they do after the terminal event."""
    engine = bench.engine
    engine._encoder_thread.submit(int).result(timeout=10)  # pyright: ignore[reportPrivateUsage]
    engine._device_thread.submit(int).result(timeout=10)  # pyright: ignore[reportPrivateUsage]


def test_a_filmstrip_is_named_with_the_clip_and_drawn_after_it(tmp_path: Path) -> None:
    bench = Bench(SeeingRuntime(), tmp_path)
    bench.engine.submit(request(tmp_path))
    completed = bench.until_terminal()[-1]
    assert isinstance(completed, Completed)
    strip = tmp_path / "a.strip.jpg"
    assert completed.filmstrip == Filmstrip(str(strip), (0, 1, 2, 4, 5))
    assert str(strip) in completed.paths
    wait_until_idle(bench)
    assert strip.exists()
    assert bench.is_silent()


def test_a_request_that_asks_for_none_of_it_gets_none(tmp_path: Path) -> None:
    bench = Bench(SeeingRuntime(), tmp_path)
    bench.submit("a")
    completed = bench.until_terminal()[-1]
    assert isinstance(completed, Completed)
    assert completed.filmstrip is None
    wait_until_idle(bench)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]


def test_a_preview_is_progress_with_a_file_that_goes_in_the_end(tmp_path: Path) -> None:
    bench = Bench(SeeingRuntime(), tmp_path, lambda: Budget(1.0, patience=0.0, interval=0.0))
    bench.engine.submit(request(tmp_path, previews=True))
    *progress, completed = bench.until_terminal()
    assert isinstance(completed, Completed)
    path = str(tmp_path / "a.preview.jpg")
    assert Progress("a", "denoising", 1, STEPS, preview=path) in progress
    assert not Path(path).exists()


def test_a_strip_waits_for_an_idle_device_and_a_cheap_one_does_not(tmp_path: Path) -> None:
    bench = Bench(SeeingRuntime(), tmp_path)
    engine = bench.engine
    cheap, dear = recorded(tmp_path), recorded(tmp_path)
    dear.finish(np.zeros((4, 32, 32, 3), np.uint8), {"denoising": 9.0, "decoding": 1.0})
    engine.submit(bench.request("b", "endless"))
    while bench.next() != Progress("b", "denoising", 1, STEPS):
        pass
    for recorder, is_drawn in ((dear, False), (cheap, True)):
        engine._strips.clear()  # pyright: ignore[reportPrivateUsage]
        engine._strips.append(recorder)  # pyright: ignore[reportPrivateUsage]
        engine._draw_filmstrips()  # pyright: ignore[reportPrivateUsage]
        assert recorder.strip_path.exists() == is_drawn
        recorder.strip_path.unlink(missing_ok=True)
    engine._strips.append(dear)  # pyright: ignore[reportPrivateUsage]
    engine.cancel("b")
    bench.until_terminal()
    engine._device_thread.submit(int).result(timeout=10)  # pyright: ignore[reportPrivateUsage]
    engine._device_thread.submit(int).result(timeout=10)  # pyright: ignore[reportPrivateUsage]
    assert dear.strip_path.exists()
