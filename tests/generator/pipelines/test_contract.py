"""What every class of the catalogue keeps, on tiny weights of it and by the real loader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from PIL import Image

from generator import load_catalogue
from generator.encoding import Rendering, write_mp4
from generator.errors import GenerationCancelledError
from generator.given_clips import check_given_clip, last_frames
from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.runtime import TorchRuntime
from generator.protocol import GenerationRequest
from generator.spec import ModelSpec
from tests.generator.clips import texture
from tests.generator.pipelines.tiny.catalogue import TINY, tiny_spec

pytestmark = [
    pytest.mark.filterwarnings("ignore:In CPU autocast:UserWarning"),  # Mochi's, of every CPU
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning"),  # numpy's
]


class Bench:
    """One entry, loaded; the pipeline may be spoilt by the test that uses it."""

    def __init__(self, runtime: TorchRuntime, spec: ModelSpec) -> None:
        self.spec = spec
        self.pipeline: DiffusersPipeline = runtime.load(spec)

    @property
    def bare(self) -> Any:
        return self.pipeline._pipeline  # pyright: ignore[reportPrivateUsage]

    def request(self, **changes: Any) -> GenerationRequest:
        given: dict[str, Any] = {
            "id": "1",
            "prompt": "a red circle",
            "seed": 7,
            "output_path": "unused.mp4",
        }
        return self.spec.request(**(given | changes))

    def run(self, request: GenerationRequest) -> Rendering:
        return self.pipeline.run(request, lambda *_: None)

    def calls(self, part: str, method: str) -> list[str]:
        """Return a list that grows with each call of a part's method."""
        calls: list[str] = []
        module = getattr(self.bare, part)
        original = getattr(module, method)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            calls.append(method)
            return original(*args, **kwargs)

        setattr(module, method, wrapper)
        return calls


@pytest.fixture(scope="module", params=sorted(TINY))
def bench(request: pytest.FixtureRequest, runtime: TorchRuntime, weights: Path) -> Bench:
    """An entry whose pipeline only ever runs to the end."""
    return Bench(runtime, tiny_spec(request.param, weights))


@pytest.fixture(scope="module")
def clip(bench: Bench) -> Rendering:
    """The clip of the usual request, made first of all."""
    return bench.run(bench.request())


def same(one: Rendering, other: Rendering) -> bool:
    if one.audio is not None and other.audio is not None:
        return same(Rendering(one.frames), Rendering(other.frames)) and np.array_equal(
            one.audio.samples, other.audio.samples
        )
    return np.array_equal(one.frames, other.frames) and one.audio is other.audio


def distance(one: Rendering, other: Rendering) -> float:
    return float(np.abs(one.frames.astype(np.float64) - other.frames).mean())


def stop_at(step: int) -> Callable[[str, int, int], None]:
    def on_progress(stage: str, done: int, total: int) -> None:
        if stage == "denoising" and done == step:
            raise GenerationCancelledError(done, total)

    return on_progress


def test_every_class_of_the_catalogue_is_here() -> None:
    catalogue = load_catalogue()
    classes = {spec.pipeline_class for spec in catalogue}
    assert classes == {catalogue[name].pipeline_class for name in TINY}


def test_a_clip_is_of_the_size_and_length_that_were_asked(bench: Bench, clip: Rendering) -> None:
    asked = bench.request()
    bench.spec.check(asked)
    assert clip.frames.shape == (asked.num_frames, asked.height, asked.width, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.frames.std() > 1


def test_sound_comes_with_the_models_that_make_it(bench: Bench, clip: Rendering) -> None:
    assert bench.spec.audio == (clip.audio is not None)
    if clip.audio is not None:
        channels, samples = clip.audio.samples.shape
        assert channels in (1, 2)
        assert samples > 0
        assert np.isfinite(clip.audio.samples).all()
        assert clip.audio.samples.std() > 0


def test_variations_read_no_prompt_again(bench: Bench, clip: Rendering) -> None:
    """The clip again, and one of another seed; then one of other words."""
    readers = [name for name in bench.bare.components if name.startswith("text_encoder")]
    read = [bench.calls(name, "forward") for name in readers]
    assert same(bench.run(bench.request()), clip)
    assert not same(bench.run(bench.request(seed=8)), clip)
    assert read == [[] for _ in readers]
    assert not same(bench.run(bench.request(prompt="a blue square")), clip)
    assert any(read)


def test_a_graded_variation_lies_between_the_clips_of_two_seeds(
    bench: Bench, clip: Rendering
) -> None:
    """From one to the other, exactly at both ends, and nothing is left of it for the next."""
    other = bench.run(bench.request(seed=8))

    def varied(strength: float) -> Rendering:
        return bench.run(bench.request(variation_seed=8, variation_strength=strength))

    slightly, strongly = varied(0.1), varied(0.6)
    assert 0 < distance(clip, slightly) < distance(clip, strongly)
    assert distance(clip, slightly) < 0.7 * distance(clip, other)
    assert distance(other, strongly) < distance(other, slightly)
    assert same(varied(1.0), other)
    assert same(varied(0.0), clip)


def test_every_step_is_reported(bench: Bench) -> None:
    request = bench.request(num_inference_steps=4)
    reports: list[tuple[str, int, int]] = []
    bench.pipeline.run(request, lambda *report: reports.append(report))
    total = bench.spec.total_steps(request) or request.num_inference_steps
    assert reports == [
        ("encoding_prompt", 0, 0),
        *(("denoising", step, total) for step in range(total + 1)),
        ("decoding", 0, 0),
    ]


def test_what_is_asked_matters(bench: Bench, clip: Rendering) -> None:
    if bench.spec.negative_prompt:
        assert not same(bench.run(bench.request(negative_prompt="blue")), clip)
    else:
        assert bench.request(negative_prompt="blue").negative_prompt == ""
    if bench.spec.max_guidance_scale > 1:
        assert not same(bench.run(bench.request(guidance_scale=2.0)), clip)


def test_a_clip_that_was_stopped_is_not_decoded_and_leaves_nothing_behind(
    bench: Bench, clip: Rendering, runtime: TorchRuntime
) -> None:
    fresh = Bench(runtime, bench.spec)
    decodes = fresh.calls("vae", "decode")
    other = fresh.request(width=2 * clip.frames.shape[2], seed=9)
    for step in (0, 1, 2):
        with pytest.raises(GenerationCancelledError):
            fresh.pipeline.run(other, stop_at(step))
    assert decodes == []
    assert same(fresh.run(fresh.request()), clip)


PICTURED = sorted(name for name in TINY if load_catalogue()[name].image_to_video)


@pytest.fixture(scope="module", params=PICTURED)
def entry(request: pytest.FixtureRequest, weights: Path) -> ModelSpec:
    """An entry that can begin with a picture."""
    return tiny_spec(request.param, weights)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "picture.png"
    pixels = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return str(path)


def test_a_clip_can_begin_with_a_picture(
    entry: ModelSpec, runtime: TorchRuntime, picture: str, tmp_path: Path
) -> None:
    """The same picture gives the same clip, another picture another one."""
    other = tmp_path / "other.png"
    Image.new("RGB", (64, 64), "orange").save(other)
    words_alone = Bench(runtime, entry)
    asked = words_alone.request(image_path=picture)
    entry.check(asked)
    bench = Bench(runtime, entry.serving(asked))
    made = bench.run(asked)
    assert made.frames.shape == (asked.num_frames, asked.height, asked.width, 3)
    assert same(bench.run(asked), made)
    assert not same(bench.run(structs.replace(asked, image_path=str(other))), made)
    if entry.serving(asked) is entry:  # one set of weights for both, which stay as they were
        words = bench.request()
        assert same(bench.run(words), words_alone.run(words))


def test_a_clip_can_go_on_from_the_last_frame_of_another(
    entry: ModelSpec, runtime: TorchRuntime, tmp_path: Path
) -> None:
    """It is the clip that begins with that frame as a picture, unless it is shown several."""
    bench = Bench(runtime, entry.picture_entry)
    asked = entry.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    clip, frame = tmp_path / "clip.mp4", tmp_path / "frame.png"
    scene = texture(5, asked.height, asked.width)
    scale = entry.display_scale(asked.width, asked.height)
    write_mp4(scene, clip, fps=asked.fps, scale=scale)
    Image.fromarray(last_frames(str(clip), asked.width, asked.height)[0]).save(frame)
    going_on = structs.replace(asked, continues=str(clip))
    entry.check(going_on)
    check_given_clip(going_on, entry)
    from_picture = bench.run(structs.replace(asked, image_path=str(frame)))
    assert same(bench.run(going_on), from_picture) == (entry.shown_again == 1)
    if entry.shown_again > 1:
        write_mp4(scene[-1:], clip, fps=asked.fps, scale=scale)
        Image.fromarray(last_frames(str(clip), asked.width, asked.height)[0]).save(frame)
        assert same(bench.run(going_on), bench.run(structs.replace(asked, image_path=str(frame))))


def test_a_clip_with_a_picture_that_was_stopped_leaves_nothing_behind(
    entry: ModelSpec, runtime: TorchRuntime, picture: str
) -> None:
    asked = Bench(runtime, entry).request(image_path=picture)
    bench = Bench(runtime, entry.serving(asked))
    decodes = bench.calls("vae", "decode")
    with pytest.raises(GenerationCancelledError):
        bench.pipeline.run(structs.replace(asked, seed=9), stop_at(1))
    assert decodes == []
    assert same(bench.run(asked), Bench(runtime, entry.serving(asked)).run(asked))
