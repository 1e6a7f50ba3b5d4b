"""The engine by itself: order, cancellation, overlap."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from msgspec import structs

from generator import finishing
from generator.encoding import Rendering
from generator.memory import Mode
from generator.protocol import (
    Cancelled,
    Completed,
    GenerationRequest,
    Progress,
    Ready,
    Upload,
)
from generator.runtime import OnProgress
from generator.spec import ModelSpec
from tests.generator.clips import hear, loudest_frequencies, tone
from tests.generator.engine_bench import Bench, GatedRuntime
from tests.generator.plain_worker import PlainPipeline, PlainRuntime, paint


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(PlainRuntime(), tmp_path)


@pytest.fixture
def runtime() -> Iterator[GatedRuntime]:
    runtime = GatedRuntime()
    yield runtime
    runtime.open()


@pytest.fixture
def gated(runtime: GatedRuntime, tmp_path: Path) -> Bench:
    return Bench(runtime, tmp_path)


def test_a_request_goes_through_its_stages(bench: Bench) -> None:
    bench.submit("a")
    *progress, completed = bench.until_terminal()
    assert progress == [
        Progress("a", "loading"),
        Progress("a", "encoding_prompt"),
        *(Progress("a", "denoising", step, 5) for step in range(6)),
        Progress("a", "decoding"),
        Progress("a", "encoding"),
    ]
    assert isinstance(completed, Completed)
    path = bench.folder / "a.mp4"
    assert structs.replace(completed, seconds={}) == Completed(
        id="a",
        path=str(path),
        width=32,
        height=32,
        num_frames=4,
        fps=8,
        size_bytes=path.stat().st_size,
        seconds={},
        device_name="plain",
        peak_memory_bytes=2**20,
        revision="c0ffee",
    )
    with av.open(str(path)) as container:
        made_by = json.loads(container.metadata["comment"])
    assert made_by["revision"] == "c0ffee"
    assert made_by["device"] == "plain"
    assert made_by["peak_memory_bytes"] == 2**20
    assert "denoising" in made_by["seconds"]
    assert set(completed.seconds) == {
        "loading",
        "encoding_prompt",
        "denoising",
        "decoding",
        "encoding",
    }


class SoundingRuntime(PlainRuntime):
    """Its pipelines make a sound, too."""

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        def run(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
            seconds = request.num_frames / request.fps
            return replace(paint(request, on_progress), audio=tone(seconds))

        return PlainPipeline(run)


def test_a_models_sound_is_heard_in_the_clip(tmp_path: Path) -> None:
    bench = Bench(SoundingRuntime(), tmp_path)
    bench.submit("a")
    assert isinstance(bench.until_terminal()[-1], Completed)
    heard, _ = hear(tmp_path / "a.mp4")
    assert loudest_frequencies(heard) == pytest.approx([440, 880], abs=2)


def test_a_clip_over_the_limit_gets_a_second_file_that_fits(bench: Bench) -> None:
    settings: dict[str, Any] = {"width": 64, "height": 64, "num_frames": 33}
    bench.engine.submit(bench.request("a", **settings))
    full = bench.until_terminal()[-1]
    assert isinstance(full, Completed)
    assert full.upload is None

    limit = full.size_bytes // 2
    bench.engine.submit(bench.request("b", max_bytes=limit, **settings))
    reduced = bench.until_terminal()[-1]
    assert isinstance(reduced, Completed)
    assert reduced.upload is not None
    path = bench.folder / "b.upload.mp4"
    assert reduced.upload == Upload(
        path=str(path), width=64, height=64, fps=8, size_bytes=path.stat().st_size
    )
    assert path.stat().st_size <= limit
    assert reduced.size_bytes == Path(reduced.path).stat().st_size > limit


def test_a_resident_model_is_not_loaded_again(runtime: GatedRuntime, gated: Bench) -> None:
    runtime.open()
    for name in ("a", "b"):
        gated.submit(name)
    gated.until_terminal(2)
    gated.submit("c", "endless")
    gated.until_terminal()
    assert runtime.loads == ["plain", "endless"]


def test_a_preloaded_model_is_there_for_the_first_request(tmp_path: Path) -> None:
    bench = Bench(PlainRuntime(), tmp_path)
    bench.engine.start(preload="plain")
    assert isinstance(bench.next(), Ready)
    bench.submit("a")
    assert bench.next() == Progress("a", "encoding_prompt")


@pytest.mark.parametrize("name", ["missing", "no such model"])
def test_a_preload_that_fails_does_no_harm(tmp_path: Path, name: str) -> None:
    bench = Bench(PlainRuntime(), tmp_path)
    bench.engine.start(preload=name).result(timeout=10)
    assert isinstance(bench.next(), Ready)
    bench.submit("a")
    assert isinstance(bench.until_terminal()[-1], Completed)


def test_a_running_request_stops_at_its_next_step(runtime: GatedRuntime, gated: Bench) -> None:
    gated.submit("a")
    assert gated.next() == Progress("a", "loading")
    while gated.next() != Progress("a", "denoising", 2, 5):
        runtime.gate.release()
    gated.engine.cancel("a")
    gated.engine.cancel("a")
    runtime.open()
    assert gated.next() == Cancelled("a", 3, 5)
    gated.engine.cancel("a")
    assert gated.is_silent()
    assert list(gated.folder.iterdir()) == []


def test_a_waiting_request_is_cancelled_at_once(runtime: GatedRuntime, gated: Bench) -> None:
    gated.submit("a")
    gated.submit("b")
    assert gated.next() == Progress("a", "loading")
    assert gated.next() == Progress("a", "encoding_prompt")
    gated.engine.cancel("b")
    assert gated.next() == Cancelled("b")
    runtime.open()
    assert isinstance(gated.until_terminal()[-1], Completed)


def test_an_unknown_request_cannot_be_cancelled(bench: Bench) -> None:
    bench.engine.cancel("nobody")
    assert bench.is_silent()


def test_one_clip_is_encoded_beside_the_denoising_of_the_next(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, next_is_running = finishing.write_mp4, threading.Event()

    def wait_for_the_next(*args: Any, **kwargs: Any) -> Any:
        assert next_is_running.wait(timeout=10)
        return write(*args, **kwargs)

    monkeypatch.setattr(finishing, "write_mp4", wait_for_the_next)
    bench.submit("a")
    bench.submit("b", "endless")
    while bench.next() != Progress("b", "denoising", 1, 5):
        pass
    next_is_running.set()
    while not isinstance(event := bench.next(), Completed):
        assert event == Progress("b", "denoising", 1, 5)
    assert event.id == "a"
    bench.engine.cancel("b")
    assert bench.until_terminal()[-1] == Cancelled("b", 1, 5)
