"""A look at a run between two steps: one frame of the clip that the network sees in the noise."""

import functools
import inspect
import weakref
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLHunyuanVideo15,  # pyright: ignore[reportPrivateImportUsage]
    AutoencoderKLWan,  # pyright: ignore[reportPrivateImportUsage]
)
from torch import Tensor

from generator.snapshots import OnSnapshot, Picture, Snapshot

_CHANNEL_AXES = {
    "LattePipeline": 1,
    "TextToVideoSDPipeline": 1,
    "AnimateDiffPipeline": 1,
    "WanPipeline": 1,
    "SkyReelsV2Pipeline": 1,
    "SanaVideoPipeline": 1,
    "HunyuanVideo15Pipeline": 1,
    "AnyFlowPipeline": 2,
}
"""Where a class has the channels of the latents that it gives its scheduler."""

_CAUSAL_DECODERS = AutoencoderKLWan, AutoencoderKLHunyuanVideo15
"""They only look back: of the first frame by itself they make what it is in the clip.

Not so the others, CogVideoX's and HunyuanVideo's for example, whose norms go over all frames.
"""

_FLOW_MATCHING = {
    "FlowMatchEulerDiscreteScheduler",
    "FlowMatchLCMScheduler",
    "FlowMapEulerDiscreteScheduler",
}


def watch(pipeline: Any, on_snapshot: OnSnapshot) -> None:
    """Hand a snapshot of the noise, and one after each step, to `on_snapshot`.

    Snapshots after a step show the clip as that step's network predicts it. A scheduler that does
    not tell its prediction gives the noise alone, and a class whose frames cannot be had one by one
    nothing at all.
    """
    is_separable = isinstance(pipeline.vae, (AutoencoderKL, *_CAUSAL_DECODERS))
    if type(pipeline).__name__ not in _CHANNEL_AXES or not is_separable:
        return
    scheduler, decoder = pipeline.scheduler, _FrameDecoder(pipeline)
    step, done = scheduler.step, 0
    signature = inspect.signature(step)
    timesteps: list[float] = []

    def hand_over(latents: Tensor) -> None:
        on_snapshot(decoder.snapshot(latents, done, timesteps))

    @functools.wraps(step)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        nonlocal done
        given = signature.bind(*args, **kwargs).arguments
        if not done:
            timesteps.extend(scheduler.timesteps.tolist())
            hand_over(given["sample"] / getattr(scheduler, "init_noise_sigma", 1.0))
        result = step(*args, **kwargs)
        done += 1
        clean = predicted_clean(scheduler, given["model_output"], given["sample"], result)
        if clean is not None:
            hand_over(clean)
        return result

    scheduler.step = wrapper


class _FrameDecoder:
    """Turns latents, as a pipeline hands them to its scheduler, into one frame of the clip."""

    def __init__(self, pipeline: Any) -> None:
        # weakly, so that a snapshot does not keep a model in memory that is unloaded
        self._pipeline = weakref.ref(pipeline)
        self._channel_axis = _CHANNEL_AXES[type(pipeline).__name__]
        self._is_causal = isinstance(pipeline.vae, _CAUSAL_DECODERS)

    def snapshot(self, latents: Tensor, step: int, timesteps: list[float]) -> Snapshot:
        """Return a snapshot after a number of steps; a causal decoder knows the first frame only,
        another one each, and shows the middle one.
        """
        laid_out_as_batch = latents.ndim == 4
        frames = latents if laid_out_as_batch else latents[0].movedim(self._channel_axis - 1, 1)
        shown = 0 if self._is_causal else len(frames) // 2
        frame = frames[shown].clone()  # a view would keep the whole clip in memory
        return Snapshot(
            step=step,
            total_steps=len(timesteps),
            timestep=timesteps[max(0, step - 1)],
            frame=shown,
            share=1 / len(frames),
            at_hand=_device_of(self._loaded().vae) == frame.device,
            picture=functools.partial(self._picture, frame),
        )

    @torch.no_grad()
    def _picture(self, latents: Tensor) -> Picture:
        """Return the picture of one frame's latents (channels, height, width)."""
        pipeline = self._loaded()
        vae = pipeline.vae
        is_offloaded = _device_of(vae) != latents.device
        unscaled = _unscaled(latents, vae.config).to(vae.dtype)
        batch = unscaled[None, :, None] if self._is_causal else unscaled[None]
        pixels: Tensor = vae.decode(batch, return_dict=False)[0][0]
        if is_offloaded:
            pipeline.maybe_free_model_hooks()
        shown = pixels[:, 0] if self._is_causal else pixels
        scaled = shown.float().add(1).mul(127.5).round_().clamp_(0, 255).to(torch.uint8)
        return scaled.permute(1, 2, 0).contiguous().cpu().numpy()

    def _loaded(self) -> Any:
        pipeline = self._pipeline()
        if pipeline is None:
            raise LookupError("the model was unloaded")
        return pipeline


def _device_of(vae: Any) -> torch.device:
    return next(vae.parameters()).device  # its own `device` looks at every module, at each step


def predicted_clean(
    scheduler: Any, model_output: Tensor, sample: Tensor, result: Any
) -> Tensor | None:
    """Return the clean sample that the step just taken predicts, or None if it cannot be told.

    `result` is what the step returned for the model's output and the noisy sample.
    """
    config = scheduler.config
    if hasattr(scheduler, "model_outputs"):  # a solver, of the clean sample's equation or not
        is_clean = config.get("predict_x0") or "++" in config.get("algorithm_type", "")
        return scheduler.model_outputs[-1] if is_clean else None
    for name in ("pred_original_sample", "denoised"):
        if (clean := getattr(result, name, None)) is not None:
            return clean
    if isinstance(result, tuple) and len(result) == 2:
        return result[1]  # the same as a tuple
    if type(scheduler).__name__ in _FLOW_MATCHING and not config.get("invert_sigmas"):
        # the velocity leads from the clean sample to the noise
        return sample - scheduler.sigmas[scheduler.step_index - 1] * model_output
    return None


def _unscaled(latents: Tensor, config: Any) -> Tensor:
    """Undo the scaling (channels, height, width) with which a denoiser sees the latents."""
    if getattr(config, "latents_mean", None) is None:
        return latents / config.scaling_factor
    mean, std = (
        torch.tensor(values, device=latents.device, dtype=latents.dtype)[:, None, None]
        for values in (config.latents_mean, config.latents_std)
    )
    return latents * std + mean
