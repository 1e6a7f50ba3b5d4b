"""The way from nothing to a pipeline folder, stage by stage."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import torch
from diffusers.models.autoencoders.autoencoder_kl_mochi import AutoencoderKLMochi

from generator.builtin.architecture import build_autoencoder, build_transformer
from generator.builtin.autoencoder import train_autoencoder, train_decoder
from generator.builtin.checkpoint import load_checkpoint
from generator.builtin.dataset import encode_clips, measure_latents, save_latents
from generator.builtin.denoiser import train_denoiser
from generator.builtin.export import MODEL_FOLDER, export
from generator.builtin.text import load_reader, train_text_encoder

log = logging.getLogger(__name__)

_SHARES: Final = {"autoencoder": 0.35, "denoiser": 0.5, "decoder": 0.15}
"""How a whole training divides its minutes; the other stages take what they need, a few minutes."""


def train(work: Path, minutes: float, stages: tuple[str, ...], *, from_scratch: bool) -> None:
    """Run the stages for `minutes` in all, going on from what `work` holds unless told not to."""
    if from_scratch and work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    run: dict[str, Callable[[float], object]] = {
        "autoencoder": lambda limit: train_autoencoder(work, limit),
        "text": lambda _: train_text_encoder(work),
        "latents": lambda _: encode_dataset(work),
        "denoiser": lambda limit: train_denoiser(work, limit),
        "decoder": lambda limit: train_decoder(work, limit),
    }
    for stage in stages:
        log.info("training: %s", stage)
        run[stage](minutes * (_SHARES.get(stage, 1.0) if len(stages) > 1 else 1.0))


def trained_autoencoder(work: Path) -> AutoencoderKLMochi:
    """Load the autoencoder of a training folder, its latents' statistics included."""
    autoencoder = build_autoencoder()
    load_checkpoint(work / "autoencoder.pt", autoencoder)
    load_checkpoint(work / "decoder.pt", autoencoder)
    statistics = work / "statistics.pt"
    if statistics.exists():
        autoencoder.register_to_config(**torch.load(statistics, weights_only=True))
    return autoencoder.eval()


def encode_dataset(work: Path, clips: int = 4000, held_out: int = 48) -> None:
    """Measure the latents' statistics and encode the training and the held-out clips."""
    autoencoder = trained_autoencoder(work)
    measure_latents(autoencoder)
    names = ("latents_mean", "latents_std")
    torch.save({name: autoencoder.config[name] for name in names}, work / "statistics.pt")
    save_latents(work / "held-out.pt", encode_clips(autoencoder, held_out, seed=1, held_out=True))
    save_latents(work / "latents.pt", encode_clips(autoencoder, clips, seed=0))


def export_training(work: Path, folder: Path = MODEL_FOLDER) -> int:
    """Write a training folder's averaged weights as a pipeline; return their size in bytes."""
    transformer = build_transformer()
    load_checkpoint(work / "denoiser-average.pt", transformer)
    return export(folder, trained_autoencoder(work), load_reader(work).encoder, transformer)
