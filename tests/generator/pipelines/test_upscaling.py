"""Finished clips made larger by video-to-video classes, on tiny weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from generator import load_catalogue
from generator.encoding import Frames, write_mp4
from generator.errors import GenerationCancelledError, GenerationError
from generator.given_clips import check_given_clip, read_clip
from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.runtime import TorchRuntime
from generator.protocol import GenerationRequest
from generator.spec import ModelSpec
from tests.generator.clips import psnr, texture
from tests.generator.pipelines.tiny.catalogue import tiny_spec

LIKE = {
    "VideoToVideoSDPipeline": "modelscope",
    "AnimateDiffVideoToVideoPipeline": "animatediff",
    "WanVideoToVideoPipeline": "wan-14b",
}
"""A tiny model of each upscaler's family."""
UPSCALERS = {spec.upscale.class_name: spec.upscale for spec in load_catalogue() if spec.upscale}


@pytest.fixture(scope="module", params=sorted(LIKE))
def spec(request: pytest.FixtureRequest, weights: Path) -> ModelSpec:
    """A model whose upscaler has weights of its own where the real one has."""
    tiny = tiny_spec(LIKE[request.param], weights)
    real = UPSCALERS[request.param]
    sizes = tiny.sizes
    upscaler = replace(
        real,
        source=tiny.source if real.source else None,
        revision=None,
        max=2 * sizes.max,
        max_pixels=4 * sizes.max_pixels,
    )
    return replace(tiny, upscale=upscaler)


@pytest.fixture
def small(spec: ModelSpec, tmp_path: Path) -> Path:
    """A clip of the model's usual size and length."""
    usual, path = spec.defaults, tmp_path / "small.mp4"
    write_mp4(scene(spec), path, fps=usual.fps)
    return path


def scene(spec: ModelSpec) -> Frames:
    usual = spec.defaults
    return texture(usual.num_frames, usual.height, usual.width)


def request(spec: ModelSpec, small: Path, **changes: Any) -> GenerationRequest:
    usual = spec.defaults
    size = spec.upscaled_size(usual.width, usual.height)
    assert size is not None
    asked: dict[str, Any] = {"width": size[0], "height": size[1], "num_inference_steps": 4}
    return spec.request(
        id="1",
        prompt="a red circle",
        seed=7,
        output_path="unused.mp4",
        upscales=str(small),
        **asked | changes,
    )


def loaded(runtime: TorchRuntime, spec: ModelSpec, asked: GenerationRequest) -> DiffusersPipeline:
    return runtime.load(spec.serving(asked))


def never_mind(*_: object) -> None:
    pass


def test_every_upscaler_of_the_catalogue_is_here() -> None:
    assert set(LIKE) == set(UPSCALERS)


def test_a_clip_is_made_larger_and_stays_the_same_clip(
    spec: ModelSpec, small: Path, runtime: TorchRuntime
) -> None:
    """The same request gives the same, another clip another one."""
    asked = request(spec, small)
    spec.check(asked)
    check_given_clip(asked, spec)
    pipeline = loaded(runtime, spec, asked)
    reports: list[tuple[str, int, int]] = []
    large = pipeline.run(asked, lambda *report: reports.append(report)).frames
    usual = spec.defaults
    assert spec.upscale is not None
    assert asked.width >= 1.4 * usual.width
    assert large.shape == (usual.num_frames, asked.height, asked.width, 3)
    assert np.array_equal(pipeline.run(asked, never_mind).frames, large)
    steps = int(4 * spec.upscale.strength)
    assert spec.total_steps(asked) == steps
    assert reports == [
        ("encoding_prompt", 0, 0),
        *(("denoising", step, steps) for step in range(steps + 1)),
        ("decoding", 0, 0),
    ]
    other = small.with_name("other.mp4")
    write_mp4(255 - scene(spec), other, fps=usual.fps)
    assert not np.array_equal(
        pipeline.run(structs.replace(asked, upscales=str(other)), never_mind).frames, large
    )


def test_fewer_steps_than_the_noise_leaves_are_one(
    spec: ModelSpec, small: Path, runtime: TorchRuntime
) -> None:
    asked = request(spec, small, num_inference_steps=1)
    assert spec.total_steps(asked) == 1
    reports: list[tuple[str, int, int]] = []
    loaded(runtime, spec, asked).run(asked, lambda *report: reports.append(report))
    assert [report for report in reports if report[0] == "denoising"] == [
        ("denoising", 0, 1),
        ("denoising", 1, 1),
    ]


def test_one_that_was_stopped_leaves_nothing_behind(
    spec: ModelSpec, small: Path, runtime: TorchRuntime
) -> None:
    asked = request(spec, small)
    words = spec.request(id="2", prompt="a red circle", seed=7, output_path="unused.mp4")
    pipeline = loaded(runtime, spec, asked)

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "denoising" and done:
            raise GenerationCancelledError(done, total)

    with pytest.raises(GenerationCancelledError):
        pipeline.run(asked, stop)
    fresh = loaded(runtime, spec, asked)
    wanted = fresh.run(asked, never_mind).frames
    assert np.array_equal(pipeline.run(asked, never_mind).frames, wanted)
    if spec.serving(asked).source == spec.source and spec.serving(asked).name == spec.name:
        assert np.array_equal(
            pipeline.run(words, never_mind).frames, runtime.load(spec).run(words, never_mind).frames
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"num_frames": 20}, r"The clip has \d+ frames and not \d+\."),
        ({"fps": 9}, r"The clip has \d+ frames a second and not 9\."),
    ],
)
def test_a_clip_of_another_length_or_pace_is_refused_in_words(
    spec: ModelSpec, small: Path, change: dict[str, int], words: str
) -> None:
    asked = request(spec, small, **change)
    with pytest.raises(GenerationError, match=words):
        check_given_clip(asked, spec)


def test_sizes_past_the_upscalers_own_are_refused(spec: ModelSpec, small: Path) -> None:
    asked = request(spec, small)
    huge = structs.replace(asked, width=asked.width * 8)
    with pytest.raises(GenerationError, match="cannot use width"):
        spec.check(huge)
    assert spec.upscale is not None
    assert spec.upscaled_size(spec.upscale.max, spec.upscale.max) is None


def test_the_clip_is_read_in_its_new_size(spec: ModelSpec, small: Path) -> None:
    usual = spec.defaults
    large = read_clip(str(small), 4 * usual.width, 4 * usual.height).frames
    small_again = large.reshape(len(large), usual.height, 4, usual.width, 4, 3).mean(axis=(2, 4))
    same = read_clip(str(small), usual.width, usual.height).frames
    assert psnr(small_again.round().astype(np.uint8), same) > 30
