"""Exact repeats: the same file once more, and only while it is what it was."""

import errno
import os
import queue
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from generator.encoding import Rendering
from generator.engine import Engine
from generator.files import upload_of
from generator.memory import Mode
from generator.protocol import Completed, Event, GenerationRequest, Ready, Terminal
from generator.runtime import OnProgress
from generator.spec import ModelSpec
from tests.generator.clips import decode
from tests.generator.plain_worker import CATALOGUE, PLAIN, PlainPipeline, PlainRuntime, paint


class CountingRuntime(PlainRuntime):
    """Counts the clips it makes."""

    def __init__(self) -> None:
        self.runs = 0

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        def run(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
            self.runs += 1
            return paint(request, on_progress)

        return PlainPipeline(run)


class Bench:
    """An engine, one request at a time."""

    def __init__(self, folder: Path) -> None:
        self.runtime = CountingRuntime()
        self._folder = folder
        self._events: queue.Queue[Event] = queue.Queue()
        self._engine = Engine(CATALOGUE, lambda: self.runtime, self._events.put)
        self._engine.start()
        assert isinstance(self._events.get(timeout=10), Ready)

    def request(self, name: str, **settings: Any) -> GenerationRequest:
        path = str(self._folder / f"{name}.mp4")
        asked: dict[str, Any] = {
            "prompt": "a",
            "seed": 1,
            "width": 64,
            "height": 64,
            "num_frames": 33,
        } | settings
        return PLAIN.request(id=name, output_path=path, **asked)

    def make(self, name: str, **settings: Any) -> Completed:
        self._engine.submit(self.request(name, **settings))
        while not isinstance(event := self._events.get(timeout=10), Terminal):
            pass
        assert isinstance(event, Completed)
        assert event.id == name
        return event


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_repeat_is_the_same_file_under_its_own_name(bench: Bench) -> None:
    first, second = bench.make("a"), bench.make("b")
    assert bench.runtime.runs == 1
    assert Path(first.path).samefile(second.path)
    assert second == structs.replace(first, id="b", path=second.path, seconds={})
    assert sorted(path.name for path in Path(first.path).parent.iterdir()) == ["a.mp4", "b.mp4"]


def test_a_repeat_outlives_the_first(bench: Bench) -> None:
    first = bench.make("a")
    data = Path(first.path).read_bytes()
    second = bench.make("b")
    Path(first.path).unlink()
    assert Path(second.path).read_bytes() == data


def test_the_smaller_file_is_repeated_too(bench: Bench) -> None:
    limit = bench.make("large").size_bytes // 2
    first, second = (bench.make(name, max_bytes=limit) for name in "ab")
    assert bench.runtime.runs == 2
    assert first.upload is not None
    assert second.upload is not None
    assert second.upload == structs.replace(first.upload, path=str(upload_of(Path(second.path))))
    assert Path(first.upload.path).samefile(second.upload.path)


@pytest.mark.parametrize("change", [{"prompt": "b"}, {"seed": 2}, {"fps": 9}, {"max_bytes": 10**6}])
def test_what_differs_is_made(bench: Bench, change: dict[str, Any]) -> None:
    bench.make("a")
    bench.make("b", **change)
    assert bench.runtime.runs == 2


@pytest.mark.parametrize("harm", ["deleted", "replaced"])
def test_a_clip_whose_file_is_not_what_it_was_is_made_anew(bench: Bench, harm: str) -> None:
    path = Path(bench.make("a").path)
    frames = decode(path)
    if harm == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"nonsense")
    assert (decode(Path(bench.make("b").path)) == frames).all()
    assert bench.runtime.runs == 2
    bench.make("c")
    assert bench.runtime.runs == 2


def test_a_clip_may_replace_itself(bench: Bench) -> None:
    assert bench.make("a").path == bench.make("a").path
    assert bench.runtime.runs == 1
    assert [path.name for path in Path(bench.request("a").output_path).parent.iterdir()] == [
        "a.mp4"
    ]


def test_where_there_are_no_links_the_file_is_copied(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    first, second = bench.make("a"), bench.make("b")
    assert bench.runtime.runs == 1
    assert not Path(first.path).samefile(second.path)
    assert Path(first.path).read_bytes() == Path(second.path).read_bytes()
