"""How far drawn frames are from the true ones: the loss of the training, and PSNR."""

import math
from collections.abc import Callable

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor, nn

from generator.builtin.architecture import decode, encode
from generator.builtin.frames import Frames


def pixel_loss(drawn: Tensor, wanted: Tensor, coverage: Tensor) -> Tensor:
    """Return the absolute and squared error, with more weight on and around the shape.

    A small shape counts for up to four times its area, or it would be lost on the background.
    """
    error = drawn - wanted
    near = surroundings(coverage)
    share = near.mean((1, 2, 3), keepdim=True)
    weight = 1 + 3 * near * (0.25 / share.clamp(min=1e-3)).clamp(1, 4)
    return (weight * (error.abs() + 4 * error**2)).mean()


def surroundings(coverage: Tensor, pixels: int = 4) -> Tensor:
    """Return 1 on the shape and `pixels` around it, else 0."""
    return nn.functional.max_pool2d(coverage, 2 * pixels + 1, 1, pixels).gt(0.1).float()


def reconstruction_psnr(autoencoder: AutoencoderKL, frames: Frames) -> tuple[float, float]:
    """Return the PSNR in dB of encoding and decoding: whole frames, and around the shapes."""
    return _psnr(frames, lambda part: decode(autoencoder, encode(autoencoder, part)), frames.pixels)


def drawing_psnr(autoencoder: AutoencoderKL, frames: Frames) -> tuple[float, float]:
    """Return the same of decoding the true latents."""
    return _psnr(frames, lambda part: decode(autoencoder, part), frames.latents)


@torch.no_grad()
def _psnr(
    frames: Frames, draw_again: Callable[[Tensor], Tensor], source: Tensor
) -> tuple[float, float]:
    drawn = torch.cat([draw_again(part).clamp(-1, 1) for part in source.split(8)])
    squared = (drawn - frames.pixels) ** 2
    near = surroundings(frames.coverage).expand_as(squared).bool()
    return _decibels(squared.mean().item()), _decibels(squared[near].mean().item())


def _decibels(squared_error: float) -> float:
    return 10 * math.log10(4 / squared_error)
