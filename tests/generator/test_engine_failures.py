"""The engine when something goes wrong: one terminal event, and the next request works."""

import errno
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from generator import finishing
from generator.encoding import Rendering
from generator.memory import Mode
from generator.protocol import Completed, Failed, Progress, Ready
from generator.spec import ModelSpec
from tests.generator.engine_bench import Bench
from tests.generator.plain_worker import RUNS, PlainPipeline, PlainRuntime, paint


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(PlainRuntime(), tmp_path)


def test_a_clip_that_fits_nowhere_fails_and_its_full_file_stays(bench: Bench) -> None:
    bench.engine.submit(bench.request("a", width=64, height=64, max_bytes=500))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert failed.reason == "invalid"
    assert failed.path == str(bench.folder / "a.mp4")
    assert failed.text().endswith("is kept on the bot's machine as a.mp4.")
    assert [entry.name for entry in bench.folder.iterdir()] == ["a.mp4"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_said_and_nothing_is_left(bench: Bench) -> None:
    (bench.folder / "a.mp4.part").symlink_to("/dev/full")
    bench.engine.submit(bench.request("a", num_frames=64))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert "The disk is full" in failed.text()
    assert list(bench.folder.iterdir()) == []


def test_a_disk_that_is_full_after_the_full_file_gets_its_room_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(finishing, "write_upload", fail)
    bench.engine.submit(bench.request("a", max_bytes=500))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert "The disk is full" in failed.text()
    assert list(bench.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("model", "reason", "words"),
    [
        ("failing", "internal", "the moon is missing"),
        ("too_large", "out_of_memory", "Ask for a size of 22×22 or 2 frames"),
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
    assert words in failed.text()
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
    assert failed.text().endswith("Ask for a size of 32×32 or 4 frames.")
    assert runtime.loads == ["resident", "model_offload"]
    bench.submit("b")
    assert isinstance(bench.until_terminal()[-1], Completed)
    assert runtime.loads[2:] == ["group_offload"]


def test_a_clip_as_small_as_can_be_needs_another_model(tmp_path: Path) -> None:
    bench = Bench(PlainRuntime(), tmp_path)
    bench.engine.submit(bench.request("a", "too_large", width=16, height=16, num_frames=1))
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert failed.text().endswith("Choose a smaller model.")


class Meter(PlainRuntime):
    """Its memory is as full as it was at most since somebody asked."""

    def __init__(self) -> None:
        self.most = 900

    def peak_memory(self) -> int:
        peak, self.most = self.most, 100
        return peak

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        def run(*given: Any) -> Rendering:
            self.most = max(self.most, 300)
            return paint(*given)

        return PlainPipeline(run)


def test_what_was_in_memory_before_a_clip_does_not_count_for_it(tmp_path: Path) -> None:
    """Such as a model that left, or a larger clip that was stopped."""
    bench = Bench(Meter(), tmp_path)
    bench.submit("a")
    *_, completed = bench.until_terminal()
    assert isinstance(completed, Completed)
    assert completed.peak_memory_bytes == 300


def test_an_unknown_model_is_invalid(bench: Bench) -> None:
    bench.engine.submit(structs.replace(bench.request("a"), model="dall-e"))
    failed = bench.next()
    assert isinstance(failed, Failed)
    assert failed.reason == "invalid"
    assert "Available: plain" in failed.text()


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

    monkeypatch.setattr(finishing, "write_mp4", fail)
    bench.submit("a")
    failed = bench.until_terminal()[-1]
    assert isinstance(failed, Failed)
    assert words in failed.text()
