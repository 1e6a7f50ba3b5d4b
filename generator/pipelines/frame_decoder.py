"""One frame of a clip from the latents that a pipeline hands to its scheduler, class by class."""

import copy
import functools
import weakref
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLAllegro,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLCogVideoX,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLHunyuanVideo,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLHunyuanVideo15,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLLTX2Video,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLLTXVideo,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLMochi,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLWan,  # pyright: ignore[reportPrivateImportUsage]
)
from torch import Tensor

from generator.pipelines.prediction import Schedule
from generator.protocol import GenerationRequest
from generator.snapshots import Picture, Snapshot
from generator.spec import ModelSpec

_CHANNEL_AXES = {
    "LattePipeline": 1,
    "TextToVideoSDPipeline": 1,
    "AnimateDiffPipeline": 1,
    "WanPipeline": 1,
    "WanImageToVideoPipeline": 1,
    "SkyReelsV2Pipeline": 1,
    "SkyReelsV2ImageToVideoPipeline": 1,
    "SanaVideoPipeline": 1,
    "SanaImageToVideoPipeline": 1,
    "HeliosPyramidPipeline": 1,
    "HunyuanVideoPipeline": 1,
    "HunyuanVideo15Pipeline": 1,
    "MochiPipeline": 1,
    "AllegroPipeline": 1,
    "LTX2ImageToVideoPipeline": 1,
    "CogVideoXPipeline": 2,
    "CogVideoXImageToVideoPipeline": 2,
    "AnyFlowPipeline": 2,
    "Kandinsky5T2VPipeline": 4,
    "LTXConditionPipeline": 4,
    "LTX2Pipeline": 4,
}
"""Where a class has the channels of the latents that it gives its scheduler, once unpacked."""

_FRAMES_OF_LATENT = {
    AutoencoderKL: 1,
    AutoencoderKLWan: 4,
    AutoencoderKLHunyuanVideo15: 4,
    AutoencoderKLMochi: 6,
    AutoencoderKLHunyuanVideo: 4,
    AutoencoderKLCogVideoX: 4,
    AutoencoderKLLTXVideo: 8,
    AutoencoderKLLTX2Video: 8,
    AutoencoderKLAllegro: 4,
}
"""How many of the clip's frames the latents of one stand for.

By themselves, the first decoder makes of any frame's what it is in the clip; the next three of the
first frame's, since they only look back; the others nearly so, as their norms or convolutions go
over all frames. Of a frame in the middle those with more than one make what it is like while
nothing moves. A look needs no more.
"""

_EVEN = AutoencoderKL, AutoencoderKLAllegro
"""Those for whom the first latents are like the others, and do not stand for one frame alone."""


def can_decode_frames(pipeline: Any) -> bool:
    """Whether the pipeline's class and decoder are known here."""
    return type(pipeline).__name__ in _CHANNEL_AXES and type(pipeline.vae) in _FRAMES_OF_LATENT


class FrameDecoder:
    """Turns latents, as a pipeline hands them to its scheduler, into one frame of the clip."""

    def __init__(self, pipeline: Any, spec: ModelSpec, request: GenerationRequest) -> None:
        # weakly, so that a snapshot does not keep a model in memory that is unloaded
        self._pipeline = weakref.ref(pipeline)
        self._request = request
        self._chunks = spec.chunks
        self._channel_axis = _CHANNEL_AXES[type(pipeline).__name__]
        self._decode_timestep = spec.call_args.get("decode_timestep", 0.0)
        self._frames_of_latent = _FRAMES_OF_LATENT[type(pipeline.vae)]
        num_frames = spec.chunks.frames if spec.chunks else request.num_frames
        self._count = 1 + (num_frames - 1) // self._frames_of_latent
        is_picture_first = request.begins_with_picture and spec.chunks is None
        is_first = not isinstance(pipeline.vae, _EVEN) and not is_picture_first
        self._shown = 0 if is_first else self._count // 2

    def is_full_size(self, latents: Tensor) -> bool:
        """Whether they are the clip's, and not those of a smaller one that leads to it."""
        if self._chunks is None:
            return True
        return latents.shape[-1] == self._request.width // self._loaded().vae_scale_factor_spatial

    def snapshot(self, latents: Tensor, step: int, schedule: Schedule) -> Snapshot:
        """Return a snapshot after a number of steps.

        It is of the first frame where that has latents of its own, and of the middle one elsewhere,
        or where the clip begins with a given picture.
        """
        frames = self._laid_out(latents)
        # some classes put frames before the clip's own, and some leave out the given picture
        place = self._shown + len(frames) - self._count
        frame = frames[place].clone()  # a view would keep all of them
        return Snapshot(
            step=step,
            total_steps=schedule.total_steps,
            timestep=schedule.timesteps[max(0, step - 1)],
            frame=self._begin(step) + self._shown * self._frames_of_latent,
            share=1 / len(frames),
            at_hand=_device_of(self._loaded().vae) == frame.device,
            picture=functools.partial(self._picture, frame),
        )

    def _begin(self, step: int) -> int:
        """Return the clip's frame with which what is made at a step begins."""
        if self._chunks is None:
            return 0
        return self._chunks.begin(step, self._request.num_inference_steps)

    def _laid_out(self, latents: Tensor) -> Tensor:
        """Return latents as (frames, channels, height, width)."""
        if latents.ndim == 4:  # the frames are the batch
            return latents
        if latents.ndim == 3:  # packed: every cell of every frame is a token
            ratio = self._loaded().vae_spatial_compression_ratio
            grid = self._request.height // ratio, self._request.width // ratio
            latents = latents.unflatten(1, (-1, *grid))
        return latents[0].movedim(self._channel_axis - 1, 1)

    @torch.no_grad()
    def _picture(self, latents: Tensor) -> Picture:
        """Return the picture of one frame's latents (channels, height, width)."""
        pipeline = self._loaded()
        vae = pipeline.vae
        is_offloaded = _device_of(vae) != latents.device
        pixels = _decode(vae, _unscaled(latents, vae).to(vae.dtype), self._decode_timestep)
        if is_offloaded:
            pipeline.maybe_free_model_hooks()
        scaled = pixels.float().add(1).mul(127.5).round_().clamp_(0, 255).to(torch.uint8)
        return scaled.permute(1, 2, 0).contiguous().cpu().numpy()

    def _loaded(self) -> Any:
        pipeline = self._pipeline()
        if pipeline is None:
            raise LookupError("the model was unloaded")
        return pipeline


def _device_of(vae: Any) -> torch.device:
    return next(vae.parameters()).device  # its own `device` looks at every module, at each step


def _decode(vae: Any, latents: Tensor, timestep: Any) -> Tensor:
    """Return the pixels (channels, height, width) of one frame's latents, by themselves."""
    kind = type(vae)
    if kind is AutoencoderKL:
        return vae.decode(latents[None], return_dict=False)[0][0]
    clip = latents[None, :, None]
    if kind is AutoencoderKLAllegro:  # which decodes in blocks of 24 frames, or as told
        vae = copy.copy(vae)
        vae.kernel = vae.config.temporal_compression_ratio, *vae.kernel[1:]
        vae.stride = vae.kernel[0], *vae.stride[1:]
        return vae.decode(clip, return_dict=False)[0][0, 0]
    given = ()
    if vae.config.get("timestep_conditioning"):  # a look does without the noise that goes with it
        given = (torch.tensor([timestep], device=latents.device, dtype=latents.dtype),)
    return vae.decode(clip, *given, return_dict=False)[0][0, :, 0]


def _unscaled(latents: Tensor, vae: Any) -> Tensor:
    """Undo the scaling (channels, height, width) with which a denoiser sees the latents."""
    scaled = latents / (vae.config.get("scaling_factor") or 1.0)
    mean, std = (_statistics(vae, name, latents) for name in ("latents_mean", "latents_std"))
    return scaled if mean is None or std is None else scaled * std + mean


def _statistics(vae: Any, name: str, latents: Tensor) -> Tensor | None:
    """Return a number for each channel, which some have as a buffer; None if there are none."""
    values = dict(vae.named_buffers(recurse=False)).get(name, vae.config.get(name))
    return None if values is None else torch.as_tensor(values).to(latents)[:, None, None]
