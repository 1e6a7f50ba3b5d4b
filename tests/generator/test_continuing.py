"""A clip that goes on from another one: one file, and nothing to see or hear where they meet."""

import queue
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from PIL import Image, ImageFilter

from generator.catalogue import Catalogue
from generator.encoding import Frames, Rendering, write_mp4
from generator.engine import Engine
from generator.errors import GenerationError
from generator.given_clips import check_given_clip, last_frames, read_clip
from generator.joining import join
from generator.memory import Mode
from generator.protocol import Completed, Event, Failed, GenerationRequest
from generator.runtime import OnProgress
from generator.sources import Sibling, Upscaler
from generator.spec import ModelSpec
from tests.generator.clips import decode, hear, loudest_frequencies, psnr, texture, tone
from tests.generator.plain_worker import PLAIN, PlainPipeline, PlainRuntime

FPS = 8
WIDTH, HEIGHT = 320, 240
SCENE = texture(24, HEIGHT, WIDTH)
"""A pan that goes on evenly; a model that goes on well would draw its second half."""


def through_a_vae(frames: Frames) -> Frames:
    """What a model's way to latents and back does: softer, brighter, warmer to one side."""
    soft = [Image.fromarray(frame).filter(ImageFilter.GaussianBlur(0.6)) for frame in frames]
    tint = np.linspace(2, 14, WIDTH)[None, None, :, None] * np.array([1.0, 0.6, 0.2])
    return (np.stack([np.asarray(frame) for frame in soft]) + tint).clip(0, 255).astype(np.uint8)


def changes(frames: Frames) -> list[float]:
    """Return the mean difference of each frame to the one before, in grey levels."""
    return [float(np.abs(b.astype(float) - a).mean()) for a, b in pairwise(frames)]


def light_and_colour(frames: Frames) -> Frames:
    """What is left of frames without their details, which a pan moves."""
    return np.stack(
        [np.asarray(Image.fromarray(f).resize((8, 6), Image.Resampling.BOX)) for f in frames]
    )


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    path = tmp_path / "earlier.mp4"
    write_mp4(SCENE[:13], path, fps=FPS)
    return path


@pytest.fixture
def spec() -> ModelSpec:
    sizes = replace(PLAIN.sizes, max=WIDTH, max_pixels=WIDTH * HEIGHT)
    return replace(PLAIN, sizes=sizes, image_to_video=Sibling(class_name="None"))


def request(spec: ModelSpec, earlier: Path, **changes: Any) -> GenerationRequest:
    asked: dict[str, Any] = {
        "prompt": "a",
        "seed": 1,
        "width": WIDTH,
        "height": HEIGHT,
        "num_frames": 12,
        "fps": FPS,
    }
    return spec.request(
        id="b",
        output_path=str(earlier.with_name("b.mp4")),
        continues=str(earlier),
        **asked | changes,
    )


def test_the_seam_of_an_extended_clip_is_no_larger_a_change_than_between_ordinary_frames(
    earlier: Path,
) -> None:
    """Of real files: the pan changes by so much from frame to frame, and by no more at the seam."""
    later = Rendering(through_a_vae(SCENE[12:]))
    whole = join(read_clip(str(earlier), WIDTH, HEIGHT), later, FPS)
    write_mp4(whole.frames, earlier.with_name("whole.mp4"), fps=FPS)
    frames = decode(earlier.with_name("whole.mp4"))
    assert len(frames) == len(SCENE)
    change = changes(frames)
    assert change[12] <= max(change[:12]), change
    # the light by itself, which a pan changes least: no step, on the way back to its own neither
    drift, naive = (
        changes(light_and_colour(frames)),
        changes(light_and_colour(np.concatenate([frames[:13], later.frames[1:]]))),
    )
    assert naive[12] > 2 * max(naive[:12]), "what would be seen if nothing were done"
    assert drift[12] <= max(drift[:12]), drift
    assert max(drift[13:]) < naive[12] / 2, drift


def test_frames_that_are_shown_again_are_left_out(earlier: Path) -> None:
    assert len(last_frames(str(earlier), WIDTH, HEIGHT, 4)) == 4
    later = Rendering(through_a_vae(SCENE[9:]), tone(len(SCENE[9:]) / FPS))
    whole = join(read_clip(str(earlier), WIDTH, HEIGHT), later, FPS, shown_again=4)
    assert len(whole.frames) == len(SCENE)
    assert psnr(whole.frames, SCENE) > 25
    assert whole.audio is not None
    assert whole.audio.samples.shape[1] == round(len(SCENE) / FPS * whole.audio.sample_rate)


class PanRuntime(PlainRuntime):
    """Goes on with the pan from the clip that it is given, and counts what it makes."""

    def __init__(self) -> None:
        self.made = 0

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        def run(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
            self.made += 1
            begin = 0 if request.continues is None else 12
            return Rendering(through_a_vae(SCENE[begin : begin + request.num_frames]))

        return PlainPipeline(run)


def engine_of(
    spec: ModelSpec, runtime: PlainRuntime
) -> Callable[[GenerationRequest], Completed | Failed]:
    """Return what makes a clip with a real engine."""
    events = queue.Queue[Event]()
    engine = Engine(Catalogue([spec]), lambda: runtime, events.put)
    engine.start()

    def made(asked: GenerationRequest) -> Completed | Failed:
        engine.submit(asked)
        while not isinstance(event := events.get(timeout=30), Completed | Failed):
            pass
        return event

    return made


def test_a_clip_that_is_made_larger_keeps_its_sound(spec: ModelSpec, earlier: Path) -> None:
    upscaler = Upscaler(class_name="None", max=2 * WIDTH, max_pixels=4 * WIDTH * HEIGHT)
    spec = replace(spec, upscale=upscaler)
    small = earlier.with_name("small.mp4")
    write_mp4(SCENE[:4, :32, :32], small, fps=FPS, audio=tone(4 / FPS))
    assert spec.upscaled_size(32, 32) == (64, 64)
    large = earlier.with_name("large.mp4")
    asked = spec.request(
        id="c",
        prompt="a",
        seed=1,
        output_path=str(large),
        upscales=str(small),
        width=64,
        height=64,
        num_frames=4,
        fps=FPS,
    )
    completed = engine_of(spec, PlainRuntime())(asked)
    assert isinstance(completed, Completed), completed
    assert (completed.width, completed.height, completed.num_frames) == (64, 64, 4)
    audio, _ = hear(large)
    assert loudest_frequencies(audio) == pytest.approx([440, 880], abs=3)


def test_an_extended_clip_is_one_file_with_the_frames_of_both(
    spec: ModelSpec, earlier: Path
) -> None:
    """The same clip goes on the same way at once; one that was changed is another clip."""
    runtime = PanRuntime()
    made = engine_of(spec, runtime)
    asked = request(spec, earlier, max_bytes=60_000)
    whole = made(asked)
    assert isinstance(whole, Completed)
    assert whole.num_frames == 13 + 11
    assert whole.path == asked.output_path
    assert len(decode(Path(whole.path))) == 24
    assert whole.upload is not None
    assert whole.upload.size_bytes <= 60_000
    again = made(structs.replace(asked, id="c", output_path=str(earlier.with_name("c.mp4"))))
    assert isinstance(again, Completed)
    assert runtime.made == 1
    write_mp4(SCENE[1:14], earlier, fps=FPS)
    other = made(structs.replace(asked, id="d", output_path=str(earlier.with_name("d.mp4"))))
    assert isinstance(other, Completed)
    assert runtime.made == 2
    refused = made(structs.replace(asked, id="e", fps=12))
    assert isinstance(refused, Failed)
    assert refused.text().startswith("The clip has 8 frames a second")


def test_what_was_made_before_stays_as_it_was(earlier: Path) -> None:
    whole = join(read_clip(str(earlier), WIDTH, HEIGHT), Rendering(SCENE[12:]), FPS)
    assert psnr(whole.frames[:13], SCENE[:13]) >= psnr(decode(earlier), SCENE[:13])
    light = light_and_colour(whole.frames[:13]).astype(float) - light_and_colour(SCENE[:13])
    assert np.abs(light).mean() < 1, "in grey levels"
    assert (whole.frames[-1] == SCENE[-1]).all(), "the end is the model's own"


def test_the_picture_to_go_on_from_is_the_last_frame(earlier: Path) -> None:
    (picture,) = last_frames(str(earlier), WIDTH, HEIGHT)
    assert psnr(picture, SCENE[12]) > psnr(picture, SCENE[11]) + 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 160}, r"The clip is 320×240 pixels large and not 160×240\."),
        ({"fps": 12}, r"The clip has 8 frames a second and not 12\."),
    ],
)
def test_a_clip_of_another_size_or_pace_is_refused_in_words(
    spec: ModelSpec, earlier: Path, change: dict[str, Any], words: str
) -> None:
    asked = request(spec, earlier, **change)
    spec.check(asked)
    with pytest.raises(GenerationError, match=words) as caught:
        check_given_clip(asked, spec)
    assert caught.value.reason == "invalid"


@pytest.mark.parametrize("damage", ["deleted", "no clip"])
def test_a_file_that_is_no_clip_is_refused_in_words(
    spec: ModelSpec, earlier: Path, damage: str
) -> None:
    asked = request(spec, earlier)
    check_given_clip(asked, spec)
    if damage == "deleted":
        earlier.unlink()
    else:
        earlier.write_text("hello")
    with pytest.raises(GenerationError, match=r"not there any more|not a clip that can be read"):
        check_given_clip(asked, spec)


def test_models_that_begin_with_no_picture_cannot_extend(spec: ModelSpec, earlier: Path) -> None:
    assert spec.can_extend
    assert not PLAIN.can_extend
    with pytest.raises(GenerationError, match="cannot extend a clip"):
        PLAIN.check(structs.replace(request(spec, earlier), width=32, height=32))


@pytest.mark.parametrize("halves", ["both", "first", "second", "neither"])
def test_the_sound_goes_on_and_is_silent_where_there_is_none(earlier: Path, halves: str) -> None:
    first = tone(13 / FPS) if halves in ("both", "first") else None
    second = (
        tone(12 / FPS, sample_rate=16_000, channels=1) if halves in ("both", "second") else None
    )
    path = earlier.with_name("sound.mp4")
    write_mp4(SCENE[:13], path, fps=FPS, audio=first)
    whole = join(
        read_clip(str(path), WIDTH, HEIGHT), Rendering(through_a_vae(SCENE[12:]), second), FPS
    )
    if halves == "neither":
        assert whole.audio is None
        return
    write_mp4(whole.frames, path, fps=FPS, audio=whole.audio)
    audio, seconds = hear(path)
    assert abs(float(seconds) - 24 / FPS) < 0.1
    seam = round(13 / FPS * audio.sample_rate)
    parts = {"first": audio.samples[:, :seam], "second": audio.samples[:, seam:]}
    for name, samples in parts.items():
        middle = samples[:, samples.shape[1] // 4 : -samples.shape[1] // 4]
        if halves in ("both", name):
            assert loudest_frequencies(replace(audio, samples=middle))[0] == pytest.approx(
                440, abs=3
            )
        else:
            assert np.abs(middle).max() < 0.01
    steps = np.abs(np.diff(audio.samples[0]))
    assert steps[seam - 200 : seam + 200].max() <= 1.5 * np.median(steps[steps > 0.01]) + 0.05
