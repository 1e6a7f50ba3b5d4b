"""Clips that begin with given frames, by a network that was taught to see them without noise."""

import functools
from typing import Any

import torch
from torch import Tensor

from generator.encoding import Frames


def hold(pipeline: Any, frames: Frames | None) -> None:
    """Let the network see `frames` (n, height, width, 3) at the clip's beginning, at each step.

    In the clip they are what the network makes of them, so nothing changes where its own begin.
    For pipelines that fold every frame by itself and ask the scheduler for the network's input.
    None leaves the pipeline as it is.
    """
    if frames is None:
        return
    scheduler, given = pipeline.scheduler, _latents_of(pipeline, frames)
    scale_model_input = scheduler.scale_model_input

    @functools.wraps(scale_model_input)
    def wrapper(sample: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        seen: Tensor = scale_model_input(sample, *args, **kwargs).clone()
        seen[:, :, : given.shape[2]] = given
        return seen

    scheduler.scale_model_input = wrapper


@torch.no_grad()
def _latents_of(pipeline: Any, frames: Frames) -> Tensor:
    """Return (1, channels, n, height, width)."""
    vae, device = pipeline.vae, pipeline._execution_device
    pixels = torch.from_numpy(frames).to(device, vae.dtype).permute(0, 3, 1, 2) / 127.5 - 1
    latents = vae.encode(pixels).latent_dist.mode() * vae.config.scaling_factor
    return latents.transpose(0, 1)[None]
