"""Every shipped entry against the installed diffusers: classes, arguments, rules."""

import inspect
from collections.abc import Mapping
from typing import Any

import diffusers
import pytest
from msgspec import structs

from generator import ModelSpec, PresetName, load_catalogue

CATALOGUE = load_catalogue()
each_model = pytest.mark.parametrize("spec", CATALOGUE, ids=CATALOGUE.names)

# what the class's own code demands: edges in pixels, and multiple and offset of frame counts
EDGES = {
    "LattePipeline": 8,
    "TextToVideoSDPipeline": 8,
    "AnimateDiffPipeline": 8,
    "CogVideoXPipeline": 16,
    "LTXConditionPipeline": 32,
    "LTX2Pipeline": 32,
    "WanPipeline": 16,
    "AnyFlowPipeline": 16,
    "SkyReelsV2Pipeline": 16,
    "HeliosPyramidPipeline": 16,
    "HunyuanVideoPipeline": 16,
    "HunyuanVideo15Pipeline": 16,
    "MochiPipeline": 8,
    "Kandinsky5T2VPipeline": 16,
    "SanaVideoPipeline": 32,
    "AllegroPipeline": 8,
}
FRAMES = {
    "CogVideoXPipeline": (4, 1),
    "LTXConditionPipeline": (8, 1),
    "LTX2Pipeline": (8, 1),
    "WanPipeline": (4, 1),
    "AnyFlowPipeline": (4, 1),
    "SkyReelsV2Pipeline": (4, 1),
    "HunyuanVideoPipeline": (4, 1),
    "HunyuanVideo15Pipeline": (4, 1),
    "MochiPipeline": (6, 1),
    "Kandinsky5T2VPipeline": (4, 1),
    "SanaVideoPipeline": (4, 1),
    "AllegroPipeline": (16, 8),
}


def diffusers_class(name: str) -> Any:
    found = getattr(diffusers, name)
    assert isinstance(found, type)
    return found


def call_of(class_name: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(diffusers_class(class_name).__call__).parameters


def test_every_family_the_project_promises_is_there() -> None:
    promised = (
        "modelscope zeroscope animatediff animatelcm animatediff-lightning cogvideox-2b "
        "cogvideox-5b cogvideox-15 ltx-2b ltx-13b ltx-2 wan-1b wan-14b wan22-5b wan22-a14b "
        "fastwan-5b anyflow-1b hunyuan hunyuan-15 mochi kandinsky5 sana-video skyreels-v2 helios "
        "allegro"
    )
    assert set(promised.split()) <= set(CATALOGUE.names)


@each_model
def test_the_call_takes_what_the_entry_gives(spec: ModelSpec) -> None:
    call = call_of(spec.pipeline_class)
    assert call.keys() >= {"prompt", "generator", *spec.call_args, *spec.call_names.values()}
    if spec.negative_prompt:
        assert "negative_prompt" in call
    for name in ("timesteps", "sigmas"):
        if getattr(spec, name) and name not in call:
            assert spec.scheduler is not None
            scheduler = diffusers_class(spec.scheduler.class_name)
            assert name in inspect.signature(scheduler.set_timesteps).parameters


@each_model
def test_the_schedulers_settings_are_its_own(spec: ModelSpec) -> None:
    if spec.scheduler is not None:
        scheduler = diffusers_class(spec.scheduler.class_name)
        assert inspect.signature(scheduler).parameters.keys() >= spec.scheduler.overrides.keys()


@each_model
def test_parts_are_parts_of_the_class(spec: ModelSpec) -> None:
    parts = inspect.signature(diffusers_class(spec.pipeline_class)).parameters.keys()
    assert parts >= spec.parts.keys() | spec.part_dtypes.keys()
    for part in spec.parts.values():
        if part.class_name != "AutoTokenizer":  # of transformers, and loaded in the contract suite
            diffusers_class(part.class_name)


@each_model
def test_what_it_can_do_is_what_the_class_can_do(spec: ModelSpec) -> None:
    pipeline_class = diffusers_class(spec.pipeline_class)
    # the class of ModelScope has the method, but its UNet cannot take what it loads
    takes_loras = hasattr(pipeline_class, "load_lora_weights")
    assert spec.lora == (takes_loras and spec.pipeline_class != "TextToVideoSDPipeline")
    assert spec.audio == ("audio_latents" in call_of(spec.pipeline_class))
    if spec.image_to_video is not None and not spec.held_frames:
        assert "image" in call_of(spec.image_to_video.class_name)


@each_model
def test_its_rules_are_within_those_of_the_class(spec: ModelSpec) -> None:
    assert spec.sizes.multiple % EDGES[spec.pipeline_class] == 0
    multiple, offset = FRAMES.get(spec.pipeline_class, (1, 0))
    assert spec.frames.multiple % multiple == 0
    assert (spec.frames.offset - offset) % multiple == 0


def test_allegro_is_covered_by_the_tiles_it_is_decoded_in() -> None:
    vae = diffusers.AutoencoderKLAllegro(  # pyright: ignore[reportPrivateImportUsage]
        block_out_channels=(2, 2, 2, 2), layers_per_block=1, norm_num_groups=1
    )
    (frames, height, width), strides = vae.kernel, vae.stride
    spec = CATALOGUE["allegro"]
    for size in spec.sizes.only:
        assert (size[0] - width) % strides[2] == 0
        assert (size[1] - height) % strides[1] == 0
    assert spec.frames.min == frames
    assert spec.frames.multiple == strides[0]


@each_model
@pytest.mark.parametrize("preset", ["draft", "normal", "best"])
def test_presets_are_legal_and_in_order(spec: ModelSpec, preset: PresetName) -> None:
    request = spec.request(id="1", prompt="a", seed=0, output_path="a.mp4", preset=preset)
    spec.check(request)
    settings = spec.preset(preset)
    assert structs.asdict(request).items() >= vars(settings).items()
    effort = settings.num_frames * settings.num_inference_steps
    usual = spec.defaults.num_frames * spec.defaults.num_inference_steps
    assert {"draft": effort <= usual, "normal": effort == usual, "best": effort >= usual}[preset]


@each_model
def test_memory_falls_from_mode_to_mode(spec: ModelSpec) -> None:
    memory = spec.memory
    figures = [memory.resident, memory.model_offload, memory.group_offload]
    known = [figure for figure in figures if figure is not None]
    assert known == sorted(known, reverse=True)
    assert bool(known) == (spec.name != "builtin")


@each_model
def test_what_is_not_settled_is_never_chosen_unasked(spec: ModelSpec) -> None:
    if spec.automatic:
        assert not spec.gated
        assert "check" not in spec.licence_note
        assert "not for use in" not in spec.licence_note
