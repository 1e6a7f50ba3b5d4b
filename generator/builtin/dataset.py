"""Ground-truth clips as latents, encoded once and kept on disk for the denoiser."""

import logging
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl_mochi import AutoencoderKLMochi
from torch import Tensor
from torch.nn import functional

from generator.builtin.architecture import LATENT_CHANNELS, encode
from generator.builtin.captions import Scene, sample_scene
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
    autoencoder: AutoencoderKLMochi, count: int, seed: int, *, held_out: bool = False
) -> LatentSet:
    """Render and encode `count` clips."""
    random, rng = Random(seed), np.random.default_rng(seed)
    scenes = [sample_scene(random, held_out=held_out) for _ in range(count)]
    latents: list[Tensor] = []
    near: list[Tensor] = []
    for index, scene in enumerate(scenes):
        clip, coverage = render(scene, rng)
        frames = torch.from_numpy(clip).permute(3, 0, 1, 2)[None].float() / 127.5 - 1
        latents.append(normalise(autoencoder, encode(autoencoder, frames)).half())
        near.append(_cells(torch.from_numpy(coverage)).half())
        if (index + 1) % 500 == 0:
            log.info("encoded %d of %d clips", index + 1, count)
    return LatentSet(scenes, torch.cat(latents), torch.stack(near))


def _cells(coverage: Tensor) -> Tensor:
    """Pool coverage (time, height, width) to latent cells, the first of which holds one frame."""
    padded = functional.pad(coverage[None, None], (0, 0, 0, 0, 5, 0), mode="replicate")
    return functional.max_pool3d(functional.avg_pool3d(padded, (1, 8, 8)), (6, 1, 1))[0]


def normalise(autoencoder: AutoencoderKLMochi, latents: Tensor) -> Tensor:
    """Map the autoencoder's latents to the denoiser's space; the pipeline maps back."""
    mean = torch.tensor(autoencoder.config["latents_mean"]).view(1, LATENT_CHANNELS, 1, 1, 1)
    std = torch.tensor(autoencoder.config["latents_std"]).view(1, LATENT_CHANNELS, 1, 1, 1)
    return (latents - mean) / std


@torch.no_grad()
def measure_latents(autoencoder: AutoencoderKLMochi, count: int = 64) -> None:
    """Write the latents' mean and deviation into the autoencoder's configuration."""
    autoencoder.register_to_config(
        latents_mean=(0.0,) * LATENT_CHANNELS, latents_std=(1.0,) * LATENT_CHANNELS
    )
    latents = encode_clips(autoencoder, count, seed=2).latents.float()
    autoencoder.register_to_config(
        latents_mean=tuple(latents.mean((0, 2, 3, 4)).tolist()),
        latents_std=tuple(latents.std((0, 2, 3, 4)).tolist()),
    )


def save_latents(path: Path, clips: LatentSet) -> None:
    """Write the set as one file."""
    scenes = [vars(scene) for scene in clips.scenes]
    torch.save({"scenes": scenes, "latents": clips.latents, "near": clips.near}, path)


def load_latents(path: Path) -> LatentSet:
    """Read what `save_latents` wrote."""
    saved = torch.load(path, weights_only=True, mmap=True)
    return LatentSet([Scene(**scene) for scene in saved["scenes"]], saved["latents"], saved["near"])
