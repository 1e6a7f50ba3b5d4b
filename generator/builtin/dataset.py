"""Ground-truth clips as latents, encoded once and kept on disk for the denoiser."""

import logging
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from torch.nn import functional

from generator.builtin.architecture import encode
from generator.builtin.captions import Scene, sample_scene
from generator.builtin.precision import mixed_precision
from generator.builtin.render import render

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LatentSet:
    """Clips in the denoiser's space: zero mean, unit deviation a channel."""

    scenes: list[Scene]
    latents: Tensor
    """(clips, channels, time, height, width), fp16."""
    near: Tensor
    """Share of each latent cell that the shape covers: (clips, 1, time, height, width), fp16."""

    def __len__(self) -> int:
        return len(self.scenes)


@torch.no_grad()
def encode_clips(
    autoencoder: AutoencoderKL, count: int, seed: int, *, held_out: bool = False
) -> LatentSet:
    """Render and encode `count` clips."""
    random, rng = Random(seed), np.random.default_rng(seed)
    scenes = [sample_scene(random, held_out=held_out) for _ in range(count)]
    latents: list[Tensor] = []
    near: list[Tensor] = []
    for index, scene in enumerate(scenes):
        clip, coverage = render(scene, rng)
        frames = torch.from_numpy(clip).permute(0, 3, 1, 2).float() / 127.5 - 1
        with mixed_precision():
            latents.append(encode(autoencoder, frames).transpose(0, 1).half())
        near.append(functional.avg_pool2d(torch.from_numpy(coverage)[None], 4).half())
        if (index + 1) % 500 == 0:
            log.info("encoded %d of %d clips", index + 1, count)
    return LatentSet(scenes, torch.stack(latents), torch.stack(near))


def latent_statistics(autoencoder: AutoencoderKL, count: int = 48) -> tuple[Tensor, Tensor]:
    """Return the latents' mean and deviation a channel, over fresh clips."""
    latents = encode_clips(autoencoder, count, seed=2).latents.float()
    return latents.mean((0, 2, 3, 4)), latents.std((0, 2, 3, 4))


def save_latents(path: Path, clips: LatentSet) -> None:
    """Write the set as one file."""
    scenes = [vars(scene) for scene in clips.scenes]
    torch.save({"scenes": scenes, "latents": clips.latents, "near": clips.near}, path)


def load_latents(*paths: Path) -> LatentSet:
    """Read what `save_latents` wrote, several files as one set."""
    parts = [torch.load(path, weights_only=True, mmap=True) for path in paths]
    return LatentSet(
        [Scene(**scene) for part in parts for scene in part["scenes"]],
        torch.cat([part["latents"] for part in parts]),
        torch.cat([part["near"] for part in parts]),
    )
