"""Catalogue models of full size with random weights, made on the device from their configs.

Prompts are not read: a text encoder runs once a clip, and its words would change nothing here.
"""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportUnknownMemberType=false

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLLTXVideo,
    AutoencoderKLWan,
    DPMSolverMultistepScheduler,
    FlowMatchEulerDiscreteScheduler,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
    TextToVideoSDPipeline,
    UNet3DConditionModel,
    UniPCMultistepScheduler,
    WanPipeline,
    WanTransformer3DModel,
)

from generator.memory import NO_GPU
from generator.models import load_catalogue
from generator.pipelines.device import Device
from generator.presets import Preset, Settings
from generator.rules import FrameRule, SizeRule
from generator.spec import ModelSpec

Numbers = Mapping[str, Any]
"""Arguments of a class of diffusers; what is not named is the class's default."""

_WITHOUT_WORDS: dict[str, Any] = {"tokenizer": None, "text_encoder": None}


@dataclass(frozen=True)
class Network:
    """The numbers of a model's denoiser and VAE, and the width of its text embeddings."""

    denoiser: Numbers
    vae: Numbers
    text: tuple[int, int]
    """Tokens and channels."""


@dataclass(frozen=True)
class Subject:
    """A catalogue model, of full size or tiny, and how its pipeline is put together."""

    spec: ModelSpec
    network: Network
    assemble: Callable[[Network, torch.dtype], Any]

    def build(self, device: Device) -> Any:
        """Return the pipeline on the device, in the entry's number formats on a GPU."""
        default, vae = self._dtypes(device)
        torch.manual_seed(0)
        with _made_on(device, default):
            pipeline: Any = self.assemble(self.network, vae)
            embeddings = torch.randn(1, *self.network.text)
        pipeline.set_progress_bar_config(disable=True)
        mask = torch.ones(1, self.network.text[0], dtype=torch.bool, device=device.type)
        masked = (embeddings, mask, embeddings, mask)
        given = masked if self.assemble is _ltx else (embeddings, embeddings)
        pipeline.encode_prompt = _returning(given)
        return pipeline

    def _dtypes(self, device: Device) -> tuple[torch.dtype, torch.dtype]:
        if device.type == "cpu":
            return torch.float32, torch.float32
        default = getattr(torch, self.spec.dtype)
        return default, getattr(torch, self.spec.part_dtypes.get("vae", self.spec.dtype))


def _returning(value: object) -> Callable[..., object]:
    def encode_prompt(*_: object, **__: object) -> object:
        return value

    return encode_prompt


def _wan(network: Network, vae: torch.dtype) -> WanPipeline:
    return WanPipeline(
        **_WITHOUT_WORDS,
        transformer=WanTransformer3DModel(**network.denoiser).eval(),
        vae=AutoencoderKLWan(**network.vae).to(vae).eval(),
        scheduler=UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    )


def _ltx(network: Network, vae: torch.dtype) -> LTXConditionPipeline:
    return LTXConditionPipeline(
        **_WITHOUT_WORDS,
        transformer=LTXVideoTransformer3DModel(**network.denoiser).eval(),
        vae=AutoencoderKLLTXVideo(**network.vae, timestep_conditioning=True).to(vae).eval(),
        scheduler=FlowMatchEulerDiscreteScheduler(),
    )


def _modelscope(network: Network, vae: torch.dtype) -> TextToVideoSDPipeline:
    return TextToVideoSDPipeline(
        **_WITHOUT_WORDS,
        unet=UNet3DConditionModel(**network.denoiser).eval(),
        vae=AutoencoderKL(**network.vae).to(vae).eval(),
        scheduler=DPMSolverMultistepScheduler(),
    )


def _autoencoder(channels: tuple[int, ...], layers: int) -> Numbers:
    return {
        "block_out_channels": channels,
        "down_block_types": ("DownEncoderBlock2D",) * len(channels),
        "up_block_types": ("UpDecoderBlock2D",) * len(channels),
        "layers_per_block": layers,
        "norm_num_groups": min(32, channels[0] // 2),
    }


_UMT5 = (512, 4096)  # the pipeline pads to this; `text_dim` of the class
_WAN_1B = {"num_attention_heads": 12, "attention_head_dim": 128, "ffn_dim": 8960, "num_layers": 30}

FULL = {
    # 1.42 billion parameters with these numbers, counted; the VAE is the class's default
    "wan-1b": (_wan, Network(_WAN_1B, {}, _UMT5)),
    # the class's defaults, 14.29 billion
    "wan-14b": (_wan, Network({}, {}, _UMT5)),
    # the class's defaults, 1.92 billion, and the VAE of the first LTX-Video
    "ltx-2b": (_ltx, Network({}, {}, (256, 4096))),
    # 1.41 billion with these numbers, counted; the VAE of Stable Diffusion, from memory: check
    "modelscope": (
        _modelscope,
        Network(
            {"sample_size": 32, "cross_attention_dim": 1024, "attention_head_dim": 64},
            _autoencoder((128, 256, 512, 512), layers=2),
            (77, 1024),
        ),
    ),
}

_TINY_WAN = Network(
    {
        "num_attention_heads": 2,
        "attention_head_dim": 12,
        "ffn_dim": 32,
        "num_layers": 2,
        "text_dim": 16,
        "freq_dim": 32,
    },
    {"base_dim": 4, "num_res_blocks": 1},
    (5, 16),
)
_TINY = {
    "wan-1b": _TINY_WAN,
    "wan-14b": _TINY_WAN,
    "ltx-2b": Network(
        {
            "num_attention_heads": 2,
            "attention_head_dim": 12,
            "cross_attention_dim": 24,
            "num_layers": 1,
            "caption_channels": 16,
        },
        {
            "block_out_channels": (8, 8, 8, 8),
            "decoder_block_out_channels": (8, 8, 8, 8),
            "layers_per_block": (1,) * 5,
            "decoder_layers_per_block": (1,) * 5,
        },
        (5, 16),
    ),
    "modelscope": Network(
        {
            "block_out_channels": (8, 16),
            "down_block_types": ("CrossAttnDownBlock3D", "DownBlock3D"),
            "up_block_types": ("UpBlock3D", "CrossAttnUpBlock3D"),
            "layers_per_block": 1,
            "cross_attention_dim": 16,
            "attention_head_dim": 4,
            "norm_num_groups": 4,
        },
        _autoencoder((8, 16, 16, 16), layers=1),
        (5, 16),
    ),
}


def full_size(name: str) -> Subject:
    """Return a model as the catalogue has it; raises `KeyError` for one without numbers here."""
    assemble, network = FULL[name]
    return Subject(load_catalogue()[name], network, assemble)


def tiny(name: str) -> Subject:
    """Return the same with a few thousand weights and small clips, to try this on a CPU."""
    subject = full_size(name)
    small = Settings(
        width=64, height=64, num_frames=9, fps=8, num_inference_steps=3, guidance_scale=3.0
    )
    spec = replace(
        subject.spec,
        memory=NO_GPU,
        sizes=SizeRule(multiple=32, min=32, max=64, max_pixels=64 * 64),
        frames=FrameRule(multiple=8, offset=1, min=9, max=17),
        defaults=small,
        draft=Preset(),
        best=Preset(),
    )
    return Subject(spec, _TINY[name], subject.assemble)


@contextmanager
def _made_on(device: Device, dtype: torch.dtype) -> Generator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device.type):
            yield
    finally:
        torch.set_default_dtype(before)
