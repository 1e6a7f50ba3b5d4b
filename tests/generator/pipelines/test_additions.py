"""Parts and LoRAs from elsewhere, on tiny models of the real classes."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import diffusers
import pytest
import torch
from diffusers import (
    AnimateDiffPipeline,
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    MotionAdapter,
    StableDiffusionPipeline,
)
from diffusers.loaders import PeftAdapterMixin
from msgspec import structs
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file

from generator import load_catalogue
from generator.errors import GenerationError
from generator.pipelines.additions import load_parts
from generator.pipelines.device import Device
from generator.pipelines.loader import load
from generator.pipelines.runtime import TorchRuntime
from generator.sources import Lora, Part
from generator.spec import ModelSpec
from tests.generator.pipelines.tiny.unet import motion_adapter, picture_unet

CPU = Device("cpu", "test", 1)


@pytest.fixture(scope="module")
def adapter() -> MotionAdapter:
    torch.manual_seed(0)
    return motion_adapter()


@pytest.fixture(scope="module")
def picture_model(spec: ModelSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of the Stable Diffusion family, which knows nothing of motion."""
    parts: Any = load(spec, CPU)
    vae: AutoencoderKL = parts.vae
    folder = tmp_path_factory.mktemp("pictures")
    StableDiffusionPipeline(
        vae=vae,
        text_encoder=parts.text_encoder,
        tokenizer=parts.tokenizer,
        unet=picture_unet(),
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def moving(
    spec: ModelSpec,
    picture_model: Path,
    adapter: MotionAdapter,
    tmp_path_factory: pytest.TempPathFactory,
) -> ModelSpec:
    """The picture model with the adapter from a folder of its own."""
    folder = tmp_path_factory.mktemp("adapter")
    adapter.save_pretrained(folder)
    return replace(
        spec,
        source=str(picture_model),
        variant=None,
        scheduler=None,
        pipeline_class="AnimateDiffPipeline",
        parts={"motion_adapter": Part(class_name="MotionAdapter", source=str(folder))},
        lora=True,
    )


@pytest.fixture(scope="module")
def style(moving: ModelSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA with random weights for the tiny model."""
    torch.manual_seed(0)
    unet: Any = load(moving, CPU).unet
    layers = ["to_q", "to_k", "to_v"]
    unet.add_adapter(LoraConfig(r=2, init_lora_weights=False, target_modules=layers))
    folder = tmp_path_factory.mktemp("loras")
    AnimateDiffPipeline.save_lora_weights(
        folder,
        unet_lora_layers=get_peft_model_state_dict(unet),
        weight_name="style.safetensors",
    )
    return folder / "style.safetensors"


def frames(runtime: TorchRuntime, spec: ModelSpec) -> Any:
    request = spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    return runtime.load(spec).run(request, lambda *_: None).frames


def test_a_motion_adapter_makes_a_picture_model_move(
    runtime: TorchRuntime, moving: ModelSpec, adapter: MotionAdapter
) -> None:
    pipeline = load(moving, CPU)
    assert type(pipeline) is AnimateDiffPipeline
    loaded = pipeline.motion_adapter.state_dict()
    for name, wanted in adapter.state_dict().items():
        torch.testing.assert_close(loaded[name], wanted)
    assert frames(runtime, moving).shape == (4, 32, 32, 3)


def test_a_lora_changes_the_clip_as_much_as_its_weight_says(
    runtime: TorchRuntime, moving: ModelSpec, style: Path
) -> None:
    plain = frames(runtime, moving)

    def with_lora(**changes: Any) -> Any:
        lora = Lora(**{"source": str(style)} | changes)
        return frames(runtime, replace(moving, loras=(lora,)))

    styled = with_lora()
    assert (styled != plain).any()
    assert (with_lora(weight=0.0) == plain).all()
    assert (with_lora(source=str(style.parent), file=style.name) == styled).all()
    half = with_lora(weight=0.5)
    assert (half != plain).any()
    assert (half != styled).any()


def test_a_lora_that_a_request_names_leaves_nothing_behind(
    runtime: TorchRuntime, moving: ModelSpec, style: Path
) -> None:
    """With it, without it, with the other: each clip is that of a model loaded anew."""
    offered = {
        "style": Lora(source=str(style)),
        "faint": Lora(source=str(style), weight=0.5, prompt_suffix=", faintly"),
    }
    spec = replace(moving, optional_loras=offered)
    pipeline = runtime.load(spec)

    def made(lora: str | None) -> Any:
        asked = spec.request(
            id="1", prompt="a red circle", seed=7, output_path="unused.mp4", lora=lora
        )
        spec.check(asked)
        return pipeline.run(asked, lambda *_: None).frames

    plain = frames(runtime, moving)
    styled = frames(runtime, replace(moving, loras=(offered["style"],)))
    faint = frames(runtime, replace(moving, loras=(offered["faint"],), prompt_suffix=", faintly"))
    for name, wanted in [
        (None, plain),
        ("style", styled),
        ("faint", faint),
        (None, plain),
    ]:
        assert (made(name) == wanted).all(), name


def test_one_that_is_asked_for_joins_those_that_are_always_there(
    runtime: TorchRuntime, moving: ModelSpec, style: Path
) -> None:
    lora = Lora(source=str(style), weight=0.5)
    spec = replace(moving, loras=(lora,), optional_loras={"more": lora})
    pipeline = runtime.load(spec)

    def made(name: str | None) -> Any:
        asked = spec.request(
            id="1", prompt="a red circle", seed=7, output_path="unused.mp4", lora=name
        )
        return pipeline.run(asked, lambda *_: None).frames

    half = frames(runtime, replace(moving, loras=(lora,)))
    twice = frames(runtime, replace(moving, loras=(lora, lora)))
    assert (made("more") == twice).all()
    assert (made(None) == half).all()


def test_one_that_does_not_fit_is_said_and_the_model_goes_on(
    runtime: TorchRuntime, moving: ModelSpec, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.safetensors"
    save_file({"nothing.lora_A.weight": torch.zeros(2, 2)}, broken)
    spec = replace(moving, optional_loras={"broken": Lora(source=str(broken))})
    pipeline = runtime.load(spec)
    asked = spec.request(id="1", prompt="a", seed=7, output_path="unused.mp4", lora="broken")
    with pytest.raises(GenerationError, match="The LoRA broken cannot be laid over Tiny") as caught:
        pipeline.run(asked, lambda *_: None)
    assert caught.value.reason == "unavailable"
    words = structs.replace(asked, lora=None)
    made = pipeline.run(words, lambda *_: None).frames
    assert (made == runtime.load(moving).run(words, lambda *_: None).frames).all()


def test_a_name_that_is_not_offered_is_refused_with_those_that_are(moving: ModelSpec) -> None:
    spec = replace(moving, optional_loras={"style": Lora(source="./style.safetensors")})
    asked = spec.request(id="1", prompt="a", seed=7, output_path="unused.mp4", lora="style")
    with pytest.raises(GenerationError, match=r"no LoRA named oil\. There are: style\."):
        spec.check(structs.replace(asked, lora="oil"))
    with pytest.raises(GenerationError, match="has no LoRAs to choose from"):
        moving.check(structs.replace(asked, lora="oil"))


def test_a_lora_that_is_not_there_is_said(moving: ModelSpec, tmp_path: Path) -> None:
    broken = replace(moving, loras=(Lora(source=str(tmp_path / "absent.safetensors")),))
    with pytest.raises(GenerationError) as caught:
        load(broken, CPU)
    assert caught.value.reason == "unavailable"


def test_a_part_may_be_weights_alone(spec: ModelSpec, tmp_path: Path) -> None:
    """As AnimateDiff-Lightning's are: they fit the class's own defaults."""
    torch.manual_seed(0)
    whole = AutoencoderTiny()
    save_file(whole.state_dict(), tmp_path / "weights.safetensors")
    part = Part(class_name="AutoencoderTiny", source=str(tmp_path), file="weights.safetensors")
    loaded = load_parts(replace(spec, parts={"vae": part}), {"default": torch.float32})
    for name, wanted in whole.state_dict().items():
        torch.testing.assert_close(loaded["vae"].state_dict()[name], wanted)


@pytest.mark.parametrize("name", [spec.name for spec in load_catalogue() if spec.lora])
def test_the_models_that_say_so_take_loras(name: str) -> None:
    pipeline_class: Any = getattr(diffusers, load_catalogue()[name].pipeline_class)
    assert hasattr(pipeline_class, "load_lora_weights")
    parts = inspect.signature(pipeline_class.__init__).parameters
    denoiser = next(part for part in ("transformer", "unet") if part in parts)
    kinds = get_args(parts[denoiser].annotation) or (parts[denoiser].annotation,)
    assert any(issubclass(kind, PeftAdapterMixin) for kind in kinds)
