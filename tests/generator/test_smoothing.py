"""Frames in between: a clip that plays smoothly, and is the same clip."""

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pytest
from msgspec import structs

from generator.catalogue import Catalogue
from generator.encoding import Frames, write_mp4
from generator.engine import Engine
from generator.errors import GenerationCancelledError
from generator.given_clips import read_clip
from generator.memory import Mode
from generator.protocol import Cancelled, Completed, Event, Failed, GenerationRequest, Progress
from generator.rules import smoother_fps
from generator.runtime import OnBytes
from generator.smoothing import smooth
from generator.spec import ModelSpec
from tests.generator.clips import decode, hear, loudest_frequencies, psnr, texture, tone
from tests.generator.plain_worker import PLAIN, PlainPipeline, PlainRuntime

FPS, TIMES = 8, 3
TRUE = texture(8 * TIMES, 64, 96)
"""A pan as a camera of 24 frames a second sees it; the clip has every third frame of it."""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    write_mp4(TRUE[::TIMES], path, fps=FPS, audio=tone(1.0))
    return path


@pytest.mark.parametrize(
    ("fps", "smoother"),
    [
        *[(1, 24), (4, 24), (5, 25), (6, 24), (7, 28), (8, 24), (10, 30), (12, 24), (15, 30)],
        *[(16, 32), (20, 40), (23, 46), (24, None), (25, None), (30, None), (60, None)],
    ],
)
def test_a_clip_gets_the_multiple_of_its_pace_that_is_nearest_to_a_films_or_a_videos(
    fps: int, smoother: int | None
) -> None:
    assert smoother_fps(fps) == smoother


def test_its_own_frames_stay_and_those_between_are_nearer_to_the_truth_than_blended_ones(
    tmp_path: Path,
) -> None:
    true = _ball(8 * TIMES)
    path = tmp_path / "ball.mp4"
    write_mp4(true[::TIMES], path, fps=FPS)
    given = read_clip(str(path), 160, 64).frames
    made = smooth(path, TIMES, lambda: None).frames
    assert len(made) == len(true)
    assert (made[::TIMES] == given).all()
    between = [place for place in range(len(true) - TIMES) if place % TIMES]
    blended = _blended(given)
    assert psnr(made[between], true[between]) > psnr(blended[between], true[between]) + 5
    assert (made[-TIMES:] == given[-1]).all(), "nobody knows what would have followed"


def _ball(num_frames: int) -> Frames:
    """Red on white, four pixels further right in every frame."""
    rows, columns = np.mgrid[:64, :160]
    places = np.arange(num_frames)[:, None, None] * 4 + 30
    cover = (20 - np.hypot(rows - 32, columns - places)).clip(0, 1)[..., None]
    return (255 - cover * np.array([35, 225, 225])).astype(np.uint8)


def _blended(given: Frames) -> Frames:
    shares = np.arange(TIMES)[None, :, None, None, None] / TIMES
    later = np.concatenate([given[1:], given[-1:]])
    mixed = given[:, None] * (1 - shares) + later[:, None] * shares
    return mixed.round().astype(np.uint8).reshape(-1, *given.shape[1:])


def test_a_fast_motion_after_the_beginning_is_not_taken_for_a_cut(tmp_path: Path) -> None:
    shades = np.linspace(20, 220, 5).astype(np.uint8)
    path = tmp_path / "brighter.mp4"
    write_mp4(np.broadcast_to(shades[:, None, None, None], (5, 64, 64, 3)), path, fps=FPS)
    light = smooth(path, 2, lambda: None).frames.mean(axis=(1, 2, 3))
    assert (np.diff(light[:9]) > 10).all(), light


@pytest.mark.parametrize("num_frames", [1, 2])
@pytest.mark.parametrize("edge", [16, 48])
def test_the_shortest_and_smallest_clips_can_be_smoothed(
    tmp_path: Path, num_frames: int, edge: int
) -> None:
    path = tmp_path / "small.mp4"
    write_mp4(TRUE[:num_frames, :edge, :edge], path, fps=FPS)
    assert smooth(path, TIMES, lambda: None).frames.shape == (num_frames * TIMES, edge, edge, 3)


# --- in the engine --------------------------------------------------------------------------------


class NoModels(PlainRuntime):
    """A device that nothing may be loaded onto."""

    def fetch(self, spec: ModelSpec, on_bytes: OnBytes) -> None:
        raise AssertionError

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        raise AssertionError


def request(clip: Path, **changes: Any) -> GenerationRequest:
    asked = PLAIN.request(
        id="b", prompt="a", seed=1, fps=FPS, output_path=str(clip.with_name("b.mp4"))
    )
    return structs.replace(asked, smooths=str(clip), **changes)


@pytest.fixture
def made() -> Callable[[GenerationRequest], Completed | Failed]:
    """What smooths a clip with a real engine, whose device is never opened."""
    events = queue.Queue[Event]()
    engine = Engine(Catalogue([PLAIN]), NoModels, events.put)

    def make(asked: GenerationRequest) -> Completed | Failed:
        engine.submit(asked)
        while not isinstance(event := events.get(timeout=30), Completed | Failed):
            assert isinstance(event, Progress)
            assert event.stage == "encoding"
        return event

    return make


def test_a_clip_is_smoothed_without_model_and_device_and_keeps_length_and_sound(
    clip: Path, made: Callable[[GenerationRequest], Completed | Failed]
) -> None:
    asked = request(clip, max_bytes=30_000)
    completed = made(asked)
    assert isinstance(completed, Completed), completed
    assert (completed.num_frames, completed.fps) == (24, 24)
    assert (completed.width, completed.height) == (96, 64)
    assert completed.seconds.keys() == {"encoding"}
    path = Path(completed.path)
    own = TRUE[::TIMES]
    assert psnr(decode(path)[::TIMES], own) > psnr(decode(clip), own) - 2
    with av.open(path) as container:
        assert container.streams.video[0].average_rate == 24
        assert msgspec.json.decode(container.metadata["comment"])["smoothed_to_fps"] == 24
    (sound, seconds), (_, before) = hear(path), hear(clip)
    assert loudest_frequencies(sound) == pytest.approx([440, 880], abs=3)
    assert seconds == before
    assert completed.upload is not None
    assert completed.upload.size_bytes <= 30_000
    again = made(structs.replace(asked, id="c", output_path=str(clip.with_name("c.mp4"))))
    assert isinstance(again, Completed)
    assert not again.seconds, "a copy"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda clip: clip.unlink(), "is not there any more"),
        (lambda clip: clip.write_bytes(b"no clip"), "clip.mp4 is not a clip that can be read"),
        (lambda clip: write_mp4(TRUE[:2], clip, fps=12), "has 12 frames a second and not 8"),
    ],
)
def test_a_file_that_cannot_be_smoothed_is_refused_in_words(
    clip: Path,
    made: Callable[[GenerationRequest], Completed | Failed],
    damage: Callable[[Path], object],
    words: str,
) -> None:
    damage(clip)
    failed = made(request(clip))
    assert isinstance(failed, Failed)
    assert failed.reason == "invalid"
    assert words in failed.text()
    assert not list(clip.parent.glob("b.*"))


def test_smoothing_is_cancelled_between_two_frames(clip: Path) -> None:
    """By the first word that is heard of it; the engine then says so, and leaves no file."""
    events = queue.Queue[Event]()
    engine: Engine

    def emit(event: Event) -> None:
        engine.cancel("b")
        events.put(event)

    engine = Engine(Catalogue([PLAIN]), NoModels, emit)
    engine.submit(request(clip))
    heard: list[Event] = []
    while not heard or isinstance(heard[-1], Progress):
        heard.append(events.get(timeout=30))
    assert isinstance(heard[-1], Cancelled)
    assert not list(clip.parent.glob("b.*"))


def test_what_stops_smoothing_is_asked_at_every_frame(clip: Path) -> None:
    asked = 0

    def on_frame() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise GenerationCancelledError

    with pytest.raises(GenerationCancelledError):
        smooth(clip, TIMES, on_frame)
    assert asked == 3
