"""Trains the video autoencoder: crops around the shapes first, whole clips at the end."""

import logging
import math
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl_mochi import AutoencoderKLMochi
from torch import Tensor

from generator.builtin.architecture import build_autoencoder, decode, encode
from generator.builtin.captions import sample_scene
from generator.builtin.checkpoint import Schedule, load_checkpoint, save_checkpoint
from generator.builtin.optimiser import build_optimisers
from generator.builtin.render import render

log = logging.getLogger(__name__)

LEARNING_RATE = 4e-3
LATENT_NOISE = 0.1
"""Deviation of the noise added to latents in training: what the denoiser may get wrong unpunished.

It stands for the posterior's variance, which starts at 1 when learned and drowns the signal.
"""
SIZE_WEIGHT = 1e-3
"""Weight of the latents' mean square, so that they cannot outgrow the noise."""
CROP = 48
CROP_FRAMES = 13
WHOLE_CLIPS_FROM = 0.7
"""Share of the run after which whole clips replace crops: GroupNorm should see whole frames too."""


class ClipPool:
    """Rendered clips to draw batches from; each draw replaces the oldest clip with a new one."""

    def __init__(self, seed: int, capacity: int = 192, *, held_out: bool = False) -> None:
        self._random = Random(seed)
        self._rng = np.random.default_rng(seed)
        self._held_out = held_out
        self._clips = [self._render() for _ in range(capacity)]
        self._oldest = 0

    def _render(self) -> tuple[Tensor, Tensor]:
        clip, coverage = render(sample_scene(self._random, held_out=self._held_out), self._rng)
        return torch.from_numpy(clip), torch.from_numpy(coverage)

    def whole(self, count: int) -> tuple[Tensor, Tensor]:
        """Return `count` clips (n, 3, t, h, w) in -1..1 and their coverage (n, 1, t, h, w)."""
        return self._batch(count, None)

    def crops(self, count: int, size: int) -> tuple[Tensor, Tensor]:
        """Return squares of `size` pixels around a random point on each clip's shape."""
        return self._batch(count, size)

    def all(self) -> tuple[Tensor, Tensor]:
        """Return every clip of the pool, whole."""
        return _stack(self._clips)

    def _batch(self, count: int, size: int | None) -> tuple[Tensor, Tensor]:
        self._clips[self._oldest] = self._render()
        self._oldest = (self._oldest + 1) % len(self._clips)
        return _stack([self._cut(*self._random.choice(self._clips), size) for _ in range(count)])

    def _cut(self, clip: Tensor, coverage: Tensor, size: int | None) -> tuple[Tensor, Tensor]:
        if size is None:
            return clip, coverage
        points = coverage.amax(0).nonzero()
        row, column = points[self._random.randrange(len(points))].tolist()
        limit = clip.shape[1] - size
        # on the grid of the latents, so that a cell always folds the same 8 x 8 pixels
        top = min(max(row - self._random.randrange(size), 0), limit) // 8 * 8
        left = min(max(column - self._random.randrange(size), 0), limit) // 8 * 8
        start = self._random.randrange(len(clip) - CROP_FRAMES + 1)
        frames = slice(start, start + CROP_FRAMES)
        window = (frames, slice(top, top + size), slice(left, left + size))
        return clip[window], coverage[window]


def _stack(clips: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    frames = torch.stack([clip for clip, _ in clips]).permute(0, 4, 1, 2, 3)
    return frames.float() / 127.5 - 1, torch.stack([coverage for _, coverage in clips])[:, None]


def train_autoencoder(work: Path, minutes: float, batch: int = 4) -> None:
    """Train for `minutes`, going on from the checkpoint in `work` where there is one."""
    torch.manual_seed(0)
    autoencoder = build_autoencoder()
    optimisers = build_optimisers(autoencoder, LEARNING_RATE)
    step = load_checkpoint(work / "autoencoder.pt", autoencoder, optimisers)
    (work / "decoder.pt").unlink(missing_ok=True)
    _run(autoencoder, optimisers, work / "autoencoder.pt", step, Schedule(minutes, 50, step), batch)


def train_decoder(work: Path, minutes: float) -> None:
    """Sharpen the decoder alone, on whole clips: the latents, and so the denoiser, stay valid."""
    autoencoder = build_autoencoder()
    step = load_checkpoint(work / "autoencoder.pt", autoencoder)
    autoencoder.encoder.requires_grad_(False)
    optimisers = build_optimisers(autoencoder, LEARNING_RATE)
    step = load_checkpoint(work / "decoder.pt", autoencoder, optimisers) or step
    torch.manual_seed(step)
    _run(autoencoder, optimisers, work / "decoder.pt", step, Schedule(minutes, 50, step), batch=0)


def _run(
    autoencoder: AutoencoderKLMochi,
    optimisers: list[torch.optim.Optimizer],
    path: Path,
    step: int,
    schedule: Schedule,
    batch: int,
) -> None:
    """Train until the schedule's time is up; `batch` crops a step at first, 0 for whole clips."""
    pool = ClipPool(seed=step)
    check = ClipPool(seed=1, capacity=6, held_out=True).all()
    while schedule.running:
        schedule.apply(optimisers, LEARNING_RATE, step)
        crops = batch > 0 and schedule.progress < WHOLE_CLIPS_FROM
        loss = _loss(autoencoder, *(pool.crops(batch, CROP) if crops else pool.whole(1)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(autoencoder.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        step += 1
        if step % 50 == 0:
            whole, shapes = measure_psnr(autoencoder, *check)
            log.info("%s step %d: %.1f dB, shapes %.1f dB", path.stem, step, whole, shapes)
            save_checkpoint(path, autoencoder, optimisers, step)
    save_checkpoint(path, autoencoder, optimisers, step)


def _loss(autoencoder: AutoencoderKLMochi, clips: Tensor, coverage: Tensor) -> Tensor:
    latents = encode(autoencoder, clips)
    noisy = latents + LATENT_NOISE * torch.randn_like(latents)
    error = decode(autoencoder, noisy) - clips
    weight = 1 + 3 * _surroundings(coverage)
    return (weight * (error.abs() + 2 * error**2)).mean() + SIZE_WEIGHT * (latents**2).mean()


def _surroundings(coverage: Tensor, pixels: int = 4) -> Tensor:
    """Return 1 on the shape and `pixels` around it, else 0."""
    kernel = 2 * pixels + 1
    return torch.nn.functional.max_pool3d(
        coverage, (1, kernel, kernel), stride=1, padding=(0, pixels, pixels)
    ).gt(0.1).float()  # fmt: skip


@torch.no_grad()
def measure_psnr(
    autoencoder: AutoencoderKLMochi, clips: Tensor, coverage: Tensor
) -> tuple[float, float]:
    """Return PSNR in dB over whole frames and over the shapes' surroundings alone."""
    squared = torch.cat(
        [(decode(autoencoder, encode(autoencoder, clip)) - clip) ** 2 for clip in clips.split(1)]
    )
    near = _surroundings(coverage).expand_as(squared).bool()
    return _decibels(squared.mean().item()), _decibels(squared[near].mean().item())


def _decibels(squared_error: float) -> float:
    return 10 * math.log10(4 / squared_error)
