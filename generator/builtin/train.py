"""The way from nothing to a pipeline folder, stage by stage."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

from generator.builtin import parallel
from generator.builtin.architecture import build_autoencoder, build_transformer, fold_statistics
from generator.builtin.autoencoder import train_autoencoder
from generator.builtin.checkpoint import load_checkpoint, save_checkpoint
from generator.builtin.dataset import encode_clips, latent_statistics, save_latents
from generator.builtin.denoiser import train_denoiser
from generator.builtin.export import MODEL_FOLDER, export
from generator.builtin.text import load_reader, train_text_encoder

log = logging.getLogger(__name__)

_SHARES: Final = {"autoencoder": 0.15, "denoiser": 0.85}
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
    }
    for stage in stages:
        log.info("training: %s", stage)
        run[stage](minutes * (_SHARES.get(stage, 1.0) if len(stages) > 1 else 1.0))


def encode_dataset(
    work: Path, clips: int = 8000, held_out: int = 48, processes: int = 2
) -> None:
    """Fix the autoencoder's latents and encode the training clips and the held-out ones.

    From here on the denoiser depends on this very autoencoder: it is kept as `folded.pt`.
    """
    autoencoder = build_autoencoder().eval()
    load_checkpoint(work / "autoencoder.pt", autoencoder)
    fold_statistics(autoencoder, *latent_statistics(autoencoder))
    save_checkpoint(work / "folded.pt", autoencoder, [], 0)
    save_latents(work / "held-out.pt", encode_clips(autoencoder, held_out, seed=1, held_out=True))
    for old in work.glob("latents-*.pt"):
        old.unlink()
    parallel.launch(_encode_share, processes, work, clips // processes)


def _encode_share(work: Path, clips: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    share = encode_clips(trained_autoencoder(work), clips, seed=100 + parallel.rank())
    save_latents(work / f"latents-{parallel.rank()}.pt", share)


def trained_autoencoder(work: Path) -> AutoencoderKL:
    """Load the autoencoder that the latents of a training folder were made with."""
    autoencoder = build_autoencoder()
    load_checkpoint(work / "folded.pt", autoencoder)
    return autoencoder.eval()


def export_training(work: Path, folder: Path = MODEL_FOLDER) -> int:
    """Write a training folder's averaged weights as a pipeline; return their size in bytes."""
    transformer = build_transformer()
    load_checkpoint(work / "denoiser-average.pt", transformer)
    return export(folder, trained_autoencoder(work), load_reader(work).encoder, transformer)
