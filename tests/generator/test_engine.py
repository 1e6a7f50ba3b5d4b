"""The engine by itself: order, cancellation, overlap, and one terminal event whatever happens."""

import errno
import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from msgspec import structs

from generator import engine as engine_module
from generator.encoding import Rendering
from generator.engine import Engine
from generator.memory import Mode
from generator.protocol import (
    Cancelled,
    Completed,
    Event,
    Failed,
    GenerationRequest,
    Progress,
    Ready,
    Terminal,
    Upload,
)
from generator.runtime import OnProgress
from generator.spec import ModelSpec
from tests.generator.clips import hear, loudest_frequencies, tone
from tests.generator.plain_worker import CATALOGUE, RUNS, PlainPipeline, PlainRuntime, paint


class Bench:
    """An engine and everything it says."""

    def __init__(self, runtime: PlainRuntime, folder: Path) -> None:
        self.folder = folder
        self._events: queue.Queue[Event] = queue.Queue()
        self.engine = Engine(CATALOGUE, lambda: runtime, self._events.put)
        self.engine.start()
        assert self.next() == runtime.ready

    def request(self, name: str, model: str = "plain", **settings: Any) -> GenerationRequest:
        output_path = str(self.folder / f"{name}.mp4")
        return CATALOGUE[model].request(
            id=name, prompt=name, seed=1, output_path=output_path, **settings
        )

    def submit(self, name: str, model: str = "plain") -> None:
        self.engine.submit(self.request(name, model))

    def next(self) -> Event:
        return self._events.get(timeout=10)

    def until_terminal(self, count: int = 1) -> list[Event]:
        """Everything said up to the given number of terminal events."""
        said: list[Event] = []
        while count:
            said.append(self.next())
            count -= isinstance(said[-1], Terminal)
        return said

    def is_silent(self) -> bool:
        return self._events.empty()


class GatedRuntime(PlainRuntime):
    """Its pipelines wait at every step until they are let on."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.loads: list[str] = []

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        self.loads.append(spec.name)

        def run(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
            def gated(*args: Any) -> None:
                on_progress(*args)
                assert self.gate.acquire(timeout=10)

            return paint(request, gated)

        return PlainPipeline(run)

    def open(self) -> None:
        self.gate.release(1000)


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


def test_a_clip_that_fits_nowhere_fails_and_its_full_file_stays(bench: Bench) -> None:
    bench.engine.submit(bench.request("a", width=64, height=64, max_bytes=500))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert failed.reason == "invalid"
    assert failed.path == str(bench.folder / "a.mp4")
    assert failed.message.endswith("is kept on the bot's machine as a.mp4.")
    assert [entry.name for entry in bench.folder.iterdir()] == ["a.mp4"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_said_and_nothing_is_left(bench: Bench) -> None:
    (bench.folder / "a.mp4.part").symlink_to("/dev/full")
    bench.engine.submit(bench.request("a", num_frames=64))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert "The disk is full" in failed.message
    assert list(bench.folder.iterdir()) == []


def test_a_disk_that_is_full_after_the_full_file_gets_its_room_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(engine_module, "write_upload", fail)
    bench.engine.submit(bench.request("a", max_bytes=500))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert "The disk is full" in failed.message
    assert list(bench.folder.iterdir()) == []


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
    write, next_is_running = engine_module.write_mp4, threading.Event()

    def wait_for_the_next(*args: Any, **kwargs: Any) -> Any:
        assert next_is_running.wait(timeout=10)
        return write(*args, **kwargs)

    monkeypatch.setattr(engine_module, "write_mp4", wait_for_the_next)
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


@pytest.mark.parametrize(
    ("model", "reason", "words"),
    [
        ("failing", "internal", "the moon is missing"),
        ("too_large", "out_of_memory", "ask for a size of 22×22 or 2 frames"),
        ("missing", "unavailable", "not installed"),
    ],
)
def test_a_failure_is_reported_and_the_next_request_works(
    bench: Bench, model: str, reason: str, words: str
) -> None:
    bench.submit("a", model)
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert failed.reason == reason
    assert words in failed.message
    bench.submit("b")
    assert isinstance(bench.until_terminal()[-1], Completed)


class NarrowRuntime(PlainRuntime):
    """A GPU on which some modes run out of memory."""

    ready = Ready("cuda", "narrow", 2**40)

    def __init__(self, *too_large: Mode) -> None:
        self.too_large = too_large
        self.loads: list[Mode] = []

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        self.loads.append(mode)
        return PlainPipeline(RUNS["too_large" if mode in self.too_large else "plain"])


def test_a_clip_that_is_out_of_memory_is_tried_once_more_in_a_smaller_mode(tmp_path: Path) -> None:
    runtime = NarrowRuntime("resident")
    bench = Bench(runtime, tmp_path)
    bench.submit("a")
    *progress, completed = bench.until_terminal()
    assert isinstance(completed, Completed)
    assert progress.count(Progress("a", "loading")) == 2
    bench.submit("b")
    assert bench.next() == Progress("b", "encoding_prompt"), "the mode is remembered"
    assert runtime.loads == ["resident", "model_offload"]


def test_a_clip_that_is_out_of_memory_twice_fails_with_what_may_fit(tmp_path: Path) -> None:
    runtime = NarrowRuntime("resident", "model_offload")
    bench = Bench(runtime, tmp_path)
    bench.engine.submit(bench.request("a", width=64, height=64, num_frames=9))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert failed.reason == "out_of_memory"
    assert failed.message.endswith("ask for a size of 32×32 or 4 frames.")
    assert runtime.loads == ["resident", "model_offload"]
    bench.submit("b")
    assert isinstance(bench.until_terminal()[-1], Completed)
    assert runtime.loads[2:] == ["group_offload"]


def test_a_clip_as_small_as_can_be_needs_another_model(tmp_path: Path) -> None:
    bench = Bench(PlainRuntime(), tmp_path)
    bench.engine.submit(bench.request("a", "too_large", width=16, height=16, num_frames=1))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert failed.message.endswith("choose a smaller model.")


def test_an_unknown_model_is_invalid(bench: Bench) -> None:
    bench.engine.submit(structs.replace(bench.request("a"), model="dall-e"))
    failed = bench.next()
    assert isinstance(failed, Failed)
    assert failed.reason == "invalid"
    assert "Available: plain" in failed.message


def test_a_request_off_the_rules_is_invalid(bench: Bench) -> None:
    bench.engine.submit(structs.replace(bench.request("a"), width=33))
    failed = bench.next()
    assert isinstance(failed, Failed)
    assert failed.reason == "invalid"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
    ],
)
def test_a_clip_that_cannot_be_written_is_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(engine_module, "write_mp4", fail)
    bench.submit("a")
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert words in failed.message
