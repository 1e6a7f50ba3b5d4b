"""What is known of how a model works inside: its latents, what it predicts, its scheduler.

A folder of this machine says it in its configs. Of the Hub's repositories it is known for those of
the catalogue that are listed here, from the configs of their classes in diffusers; of any other,
nothing is claimed.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from bot.explainer.topics.model import Prediction
from generator import GenerationRequest, ModelSpec

_IMAGE_VAE = "AutoencoderKL"
_FROM_CONFIG: dict[str, Prediction] = {
    "epsilon": "noise",
    "v_prediction": "velocity",
    "sample": "clip",
    "flow_prediction": "flow",
}


@dataclass(frozen=True, kw_only=True)
class Latents:
    """The shape of a clip's latents, as a VAE makes them."""

    channels: int
    spatial: int
    """Pixels to a cell, across and down."""
    temporal: int = 1
    """Frames to one of the latents; the first frame stands alone where these are several."""

    def shape(self, request: GenerationRequest) -> tuple[int, int, int, int]:
        """Return (frames, height, width, channels)."""
        frames = (request.num_frames - 1) // self.temporal + 1
        return frames, request.height // self.spatial, request.width // self.spatial, self.channels


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """Each is None where it is not known."""

    latents: Latents | None = None
    prediction: Prediction | None = None
    scheduler: str | None = None
    """Its class in diffusers."""
    shift: float | None = None
    """Of a flow: above 1, more of the steps fall where it is noisy."""
    guided_inside: bool = False
    """Guidance is an input of the network, which then runs once a step."""


_STABLE_DIFFUSION = ModelFacts(latents=Latents(channels=4, spatial=8), prediction="noise")
_COGVIDEOX = ModelFacts(latents=Latents(channels=16, spatial=8, temporal=4), prediction="velocity")
_LTX = ModelFacts(latents=Latents(channels=128, spatial=32, temporal=8), prediction="flow")
_WAN = ModelFacts(latents=Latents(channels=16, spatial=8, temporal=4), prediction="flow")
_WAN22_5B = ModelFacts(latents=Latents(channels=48, spatial=16, temporal=4), prediction="flow")

_OF_THE_HUB = {
    "ali-vilab/text-to-video-ms-1.7b": _STABLE_DIFFUSION,
    "cerspense/zeroscope_v2_576w": _STABLE_DIFFUSION,
    "emilianJR/epiCRealism": _STABLE_DIFFUSION,
    "zai-org/CogVideoX-2b": _COGVIDEOX,
    "zai-org/CogVideoX-5b": _COGVIDEOX,
    "zai-org/CogVideoX-5b-I2V": _COGVIDEOX,
    "Lightricks/LTX-Video-0.9.5": _LTX,
    "Lightricks/LTX-Video-0.9.8-13B-distilled": _LTX,
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers": _WAN,
    "Wan-AI/Wan2.1-T2V-14B-Diffusers": _WAN,
    "Wan-AI/Wan2.1-I2V-14B-480P-Diffusers": _WAN,
    "Wan-AI/Wan2.2-T2V-A14B-Diffusers": _WAN,
    "Wan-AI/Wan2.2-I2V-A14B-Diffusers": _WAN,
    "Wan-AI/Wan2.2-TI2V-5B-Diffusers": _WAN22_5B,
    "hunyuanvideo-community/HunyuanVideo": ModelFacts(
        latents=Latents(channels=16, spatial=8, temporal=4), prediction="flow", guided_inside=True
    ),
    "genmo/mochi-1-preview": ModelFacts(
        latents=Latents(channels=12, spatial=8, temporal=6), prediction="flow"
    ),
}


@lru_cache
def _of_folder(source: Path) -> ModelFacts:
    scheduler = _config(source / "scheduler" / "scheduler_config.json")
    prediction = _FROM_CONFIG.get(str(scheduler.get("prediction_type")))
    if str(scheduler.get("_class_name")).startswith("FlowMatch"):
        prediction = "flow"
    return ModelFacts(
        latents=_latents(_config(source / "vae" / "config.json")),
        prediction=prediction,
        scheduler=scheduler.get("_class_name"),
        shift=scheduler.get("flow_shift") if scheduler.get("use_flow_sigmas") else None,
    )


def _latents(vae: dict[str, Any]) -> Latents | None:
    """Read the config of a VAE for single frames; others say their shape each in its own way."""
    if vae.get("_class_name") != _IMAGE_VAE:
        return None
    halvings = len(vae["block_out_channels"]) - 1
    return Latents(channels=vae["latent_channels"], spatial=2**halvings)


def _config(path: Path) -> dict[str, Any]:
    """Return a config; an empty one where there is none to read."""
    try:
        return msgspec.json.decode(
            path.read_bytes().replace(b"-Infinity", b"null"), type=dict[str, Any]
        )
    except (OSError, msgspec.MsgspecError):
        return {}


def facts_of(spec: ModelSpec, request: GenerationRequest) -> ModelFacts:
    """Return what is known of the model that makes a request."""
    served = spec.serving(request)
    if served.is_folder:
        known = _of_folder(Path(served.source).expanduser())
    else:
        known = _OF_THE_HUB.get(served.source, ModelFacts())
    if spec.scheduler is None:
        return known
    given = spec.scheduler.overrides.get("flow_shift", known.shift)
    shift = float(given) if isinstance(given, int | float) else None
    return replace(known, scheduler=spec.scheduler.class_name, shift=shift)
