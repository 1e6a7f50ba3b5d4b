"""Trains the autoencoder: crops around the shapes first, whole frames at the end."""

import logging
import math
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from generator.builtin import SIZE, parallel
from generator.builtin.architecture import build_autoencoder, decode, encode
from generator.builtin.captions import sample_scene
from generator.builtin.checkpoint import Schedule, load_checkpoint, save_checkpoint
from generator.builtin.optimiser import build_optimisers
from generator.builtin.precision import mixed_precision
from generator.builtin.render import render

log = logging.getLogger(__name__)

LEARNING_RATE = 3e-3
LATENT_NOISE = 0.1
"""Deviation of the noise added to latents in training: what the denoiser may get wrong unpunished.

It stands for the posterior's variance, which starts at 1 when learned and drowns the signal.
"""
SIZE_WEIGHT = 1e-3
"""Weight of the latents' mean square, so that they cannot outgrow the noise."""
CROP = 64
WHOLE_FRAMES_FROM = 0.7
"""Share of the run after which whole frames replace crops: GroupNorm should see them too."""


class FramePool:
    """Rendered clips to draw frames from; each draw replaces the oldest clip with a new one."""

    def __init__(self, seed: int, capacity: int = 128, *, held_out: bool = False) -> None:
        self._random = Random(seed)
        self._rng = np.random.default_rng(seed)
        self._held_out = held_out
        self._clips = [self._render() for _ in range(capacity)]
        self._oldest = 0

    def _render(self) -> tuple[Tensor, Tensor]:
        clip, coverage = render(sample_scene(self._random, held_out=self._held_out), self._rng)
        return torch.from_numpy(clip), torch.from_numpy(coverage)

    def draw(self, count: int, size: int = SIZE) -> tuple[Tensor, Tensor]:
        """Return frames (n, 3, size, size) in -1..1 and the shape's coverage (n, 1, size, size)."""
        self._clips[self._oldest] = self._render()
        self._oldest = (self._oldest + 1) % len(self._clips)
        return _stack([self._cut(*self._random.choice(self._clips), size) for _ in range(count)])

    def middle_frames(self) -> tuple[Tensor, Tensor]:
        """Return the middle frame of every clip of the pool, whole."""
        return _stack([(c[len(c) // 2], coverage[len(c) // 2]) for c, coverage in self._clips])

    def _cut(self, clip: Tensor, coverage: Tensor, size: int) -> tuple[Tensor, Tensor]:
        frame = self._random.randrange(len(clip))
        image, cover = clip[frame], coverage[frame]
        points = cover.nonzero()
        limit = image.shape[0] - size
        row, column = (
            points[self._random.randrange(len(points))].tolist() if len(points) else (0, 0)
        )
        # on the grid of the latents, so that a cell always folds the same pixels
        top = min(max(row - self._random.randrange(size), 0), limit) // 4 * 4
        left = min(max(column - self._random.randrange(size), 0), limit) // 4 * 4
        window = (slice(top, top + size), slice(left, left + size))
        return image[window], cover[window]


def _stack(frames: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    pixels = torch.stack([image for image, _ in frames]).permute(0, 3, 1, 2)
    return pixels.float() / 127.5 - 1, torch.stack([cover for _, cover in frames])[:, None]


def train_autoencoder(work: Path, minutes: float, batch: int = 16, processes: int = 2) -> None:
    """Train for `minutes`, going on from the checkpoint in `work` where there is one."""
    parallel.launch(_train, processes, work, minutes, batch // processes)


def _train(work: Path, minutes: float, batch: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(0)
    autoencoder = build_autoencoder()
    optimisers = build_optimisers(autoencoder, LEARNING_RATE)
    path = work / "autoencoder.pt"
    step = load_checkpoint(path, autoencoder, optimisers)
    pool = FramePool(seed=1000 * step + parallel.rank())
    torch.manual_seed(1000 * step + parallel.rank())
    check = FramePool(seed=1, capacity=48, held_out=True).middle_frames()
    schedule = Schedule(minutes, 50, step)
    while parallel.agree(schedule.running):
        schedule.apply(optimisers, LEARNING_RATE, step)
        crops = schedule.progress < WHOLE_FRAMES_FROM
        loss = _loss(
            autoencoder, *(pool.draw(batch, CROP) if crops else pool.draw(max(1, batch // 4)))
        )
        loss.backward()
        parallel.average(p.grad for p in autoencoder.parameters() if p.grad is not None)
        torch.nn.utils.clip_grad_norm_(autoencoder.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        step += 1
        if step % 100 == 0 and parallel.rank() == 0:
            whole, shapes = measure_psnr(autoencoder, *check)
            log.info("autoencoder step %d: %.1f dB, shapes %.1f dB", step, whole, shapes)
            save_checkpoint(path, autoencoder, optimisers, step)
    if parallel.rank() == 0:
        save_checkpoint(path, autoencoder, optimisers, step)


def _loss(autoencoder: AutoencoderKL, frames: Tensor, coverage: Tensor) -> Tensor:
    with mixed_precision():
        latents = encode(autoencoder, frames).float()
        noisy = latents + LATENT_NOISE * torch.randn_like(latents)
        error = decode(autoencoder, noisy).float() - frames
    weight = 1 + 3 * _surroundings(coverage)
    return (weight * (error.abs() + 4 * error**2)).mean() + SIZE_WEIGHT * (latents**2).mean()


def _surroundings(coverage: Tensor, pixels: int = 4) -> Tensor:
    """Return 1 on the shape and `pixels` around it, else 0."""
    return torch.nn.functional.max_pool2d(coverage, 2 * pixels + 1, 1, pixels).gt(0.1).float()


@torch.no_grad()
def measure_psnr(
    autoencoder: AutoencoderKL, frames: Tensor, coverage: Tensor
) -> tuple[float, float]:
    """Return PSNR in dB over whole frames and over the shapes' surroundings alone."""
    squared = torch.cat(
        [(decode(autoencoder, encode(autoencoder, part)) - part) ** 2 for part in frames.split(8)]
    )
    near = _surroundings(coverage).expand_as(squared).bool()
    return _decibels(squared.mean().item()), _decibels(squared[near].mean().item())


def _decibels(squared_error: float) -> float:
    return 10 * math.log10(4 / squared_error)
