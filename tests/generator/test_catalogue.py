"""The catalogue and the entries it holds."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from generator import Catalogue, GenerationError, ModelSpec, UnknownModelError, load_catalogue
from generator.memory import Memory
from generator.models import BUILTIN

CATALOGUE = load_catalogue()
MODELSCOPE = CATALOGUE["modelscope"]
GIB = 2**30
ANY_INT = st.integers(-(10**9), 10**9) | st.none()

each_model = pytest.mark.parametrize("spec", CATALOGUE, ids=CATALOGUE.names)


def test_names_and_entries() -> None:
    catalogue = Catalogue([BUILTIN, MODELSCOPE])
    assert catalogue.names == ("builtin", "modelscope")
    assert catalogue["builtin"] is BUILTIN
    assert "modelscope" in catalogue
    assert "dall-e" not in catalogue
    assert list(catalogue) == [BUILTIN, MODELSCOPE]
    assert len(catalogue) == 2


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownModelError, match=r"no model 'x'. Available: builtin, modelscope\."):
        Catalogue([BUILTIN, MODELSCOPE])["x"]


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="'builtin'"):
        Catalogue([BUILTIN, MODELSCOPE, BUILTIN])


@pytest.mark.parametrize(
    ("device", "memory", "name"),
    [
        ("cpu", 64 * GIB, "builtin"),
        ("mps", 64 * GIB, "builtin"),
        ("cuda", 4 * GIB, "builtin"),
        ("cuda", 8 * GIB, "modelscope"),
        ("cuda", 12 * GIB, "wan-1b"),
        ("cuda", 20 * GIB, "kandinsky5"),
        ("cuda", 24 * GIB, "fastwan-5b"),
        ("cuda", 80 * GIB, "fastwan-5b"),
    ],
)
def test_the_default_follows_the_device(device: str, memory: int, name: str) -> None:
    assert CATALOGUE.default_for(device, memory).name == name


@pytest.mark.parametrize("field", [{"automatic": False}, {"gated": True}])
def test_a_model_that_is_not_open_to_all_is_not_chosen_unasked(field: dict[str, bool]) -> None:
    closed = replace(MODELSCOPE, **field)
    assert Catalogue([BUILTIN, closed]).default_for("cuda", 80 * GIB) is BUILTIN


def test_a_model_that_fits_only_layer_by_layer_is_not_chosen_unasked() -> None:
    slow = replace(MODELSCOPE, memory=Memory(resident=40.0, group_offload=4.0))
    assert Catalogue([BUILTIN, slow]).default_for("cuda", 24 * GIB) is BUILTIN
    assert Catalogue([BUILTIN, slow]).default_for("cuda", 40 * GIB) is slow


@each_model
def test_defaults_are_legal(spec: ModelSpec) -> None:
    defaults = spec.defaults
    assert spec.fit_size(defaults.width, defaults.height) == (defaults.width, defaults.height)
    assert spec.fit_frames(defaults.num_frames) == defaults.num_frames
    spec.check(spec.request(id="1", prompt="a", seed=0, output_path="a.mp4"))


@each_model
def test_rules_are_sound(spec: ModelSpec) -> None:
    sizes, frames = spec.sizes, spec.frames
    assert sizes.min % sizes.multiple == sizes.max % sizes.multiple == 0
    assert sizes.min * sizes.max <= sizes.max_pixels
    assert frames.fit(frames.min) == frames.min
    assert frames.fit(frames.max) == frames.max
    assert spec.title
    assert spec.description
    assert spec.licence


@each_model
@example(numbers=(None,) * 6, seed=0, guidance=float("nan"))
@given(numbers=st.tuples(*[ANY_INT] * 6), seed=st.integers(), guidance=st.floats() | st.none())
def test_whatever_is_asked_the_request_is_one_the_model_accepts(
    spec: ModelSpec, numbers: tuple[int | None, ...], seed: int, guidance: float | None
) -> None:
    width, height, num_frames, fps, steps, max_bytes = numbers
    request = spec.request(
        id="1",
        prompt="a",
        negative_prompt="b",
        seed=seed,
        output_path="a.mp4",
        width=width,
        height=height,
        num_frames=num_frames,
        fps=fps,
        num_inference_steps=steps,
        guidance_scale=guidance,
        max_bytes=max_bytes,
    )
    spec.check(request)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width", 100),
        ("height", 0),
        ("num_frames", 10_000),
        ("fps", 0),
        ("num_inference_steps", -1),
        ("guidance_scale", float("nan")),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_a_request_off_the_rules_is_named(field: str, value: float) -> None:
    request = BUILTIN.request(id="1", prompt="a", seed=0, output_path="a.mp4")
    with pytest.raises(GenerationError, match=f"Built-in cannot use {field}") as caught:
        BUILTIN.check(structs.replace(request, **{field: value}))
    assert caught.value.reason == "invalid"


def test_a_picture_is_refused_where_there_are_only_words() -> None:
    request = MODELSCOPE.request(
        id="1", prompt="a", seed=0, output_path="a.mp4", image_path="a.png"
    )
    assert request.image_path is None
    with pytest.raises(GenerationError, match="Leave the picture out") as caught:
        MODELSCOPE.check(structs.replace(request, image_path="a.png"))
    assert caught.value.reason == "invalid"


@pytest.mark.parametrize(
    ("name", "source", "pipeline_class"),
    [
        ("wan22-5b", None, "WanPipeline"),
        ("wan-14b", "Wan-AI/Wan2.1-I2V-14B-480P-Diffusers", "WanImageToVideoPipeline"),
    ],
)
def test_a_picture_is_served_by_the_weights_that_can(
    name: str, source: str | None, pipeline_class: str
) -> None:
    spec = load_catalogue()[name]
    request = spec.request(id="1", prompt="a", seed=0, output_path="a.mp4", image_path="a.png")
    spec.check(request)
    serving = spec.serving(request)
    assert serving.source == (source or spec.source)
    assert serving.pipeline_class == pipeline_class
    assert (serving is spec) == (source is None) == (serving.name == name)
    assert serving.serving(request) is serving
    assert spec.serving(structs.replace(request, image_path=None)) is spec


def test_text_that_cannot_be_written_is_mended() -> None:
    request = BUILTIN.request(id="1", prompt="red \ud83d circle ☃", seed=0, output_path="a.mp4")
    assert request.prompt == "red ? circle ☃"


def test_seconds_become_frames() -> None:
    assert MODELSCOPE.frames_for(2.0) == 16
    assert MODELSCOPE.frames_for(2.0, fps=10) == 20
    assert MODELSCOPE.frames_for(3600.0) == MODELSCOPE.frames.max


def test_small_clips_are_shown_larger() -> None:
    assert BUILTIN.display_scale(144, 144) == 3
    assert BUILTIN.display_scale(100, 500) == 5
    assert BUILTIN.display_scale(500, 500) == 1
    assert MODELSCOPE.display_scale(256, 256) == 1


def test_the_built_in_model_says_what_it_knows() -> None:
    assert BUILTIN.note_for("a red circle moving right on a white background") is None
    note = BUILTIN.note_for("a red dragon in a castle")
    assert note is not None
    assert "dragon, castle" in note
    assert "circle" in note
    assert "simple shapes" in (BUILTIN.note_for("") or "")
    assert MODELSCOPE.note_for("a red dragon") is None
