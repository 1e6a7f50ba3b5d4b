"""The way from nothing to a pipeline folder, stage by stage."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.pipeline_utils import DiffusionPipeline

from generator.builtin import STAGES, parallel
from generator.builtin.architecture import build_autoencoder, build_transformer, fold_statistics
from generator.builtin.autoencoder import train_autoencoder
from generator.builtin.checkpoint import load_checkpoint, save_checkpoint
from generator.builtin.dataset import encode_clips, latent_statistics, save_latents
from generator.builtin.denoiser import train_denoiser
from generator.builtin.export import MODEL_FOLDER, export
from generator.builtin.text import CaptionReader, load_reader, train_text_encoder
from generator.builtin.tokenizer import build_tokenizer

log = logging.getLogger(__name__)

_AUTOENCODER_SHARE: Final = 0.15
"""Of the minutes of a whole training; the denoiser gets the rest, the other stages a few on top."""


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    minutes: float
    """For the autoencoder and the denoiser together, or for the one stage that is run."""
    text_steps: int = 1500
    clips: int = 5000
    held_out_clips: int = 48
    processes: int = 2
    """Single-threaded ones; as many as there are cores."""
    compiled: bool = True
    """Compile the denoiser, which takes a minute and a C++ compiler, and halves the time."""


def train(work: Path, plan: Plan, stage: str | None = None, *, from_scratch: bool = False) -> None:
    """Run one stage, or all that `work` has not finished; the denoiser always goes on.

    Unless told to start from scratch, an empty folder goes on from the shipped weights.
    """
    if from_scratch and work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    if not from_scratch and not any(work.iterdir()):
        adopt(work, MODEL_FOLDER)
    open_stages = [s for s in STAGES if s == "denoiser" or not _done(work, s).exists()]
    share = _AUTOENCODER_SHARE if stage is None and "autoencoder" in open_stages else 0.0
    run: dict[str, Callable[[], object]] = {
        "autoencoder": lambda: train_autoencoder(
            work, plan.minutes * (share or 1.0), processes=plan.processes
        ),
        "text": lambda: train_text_encoder(work, plan.text_steps),
        "latents": lambda: encode_dataset(work, plan),
        "denoiser": lambda: train_denoiser(
            work, plan.minutes * (1 - share), plan.processes, compiled=plan.compiled
        ),
    }
    for name in [stage] if stage else open_stages:
        log.info("training: %s", name)
        run[name]()
        _done(work, name).touch()


def _done(work: Path, stage: str) -> Path:
    return work / f"{stage}.done"


def adopt(work: Path, folder: Path) -> None:
    """Fill a training folder from an exported pipeline: all but the state of the optimisers."""
    pipeline: Any = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    reader = CaptionReader(len(build_tokenizer()))
    reader.encoder.load_state_dict(pipeline.text_encoder.state_dict())
    torch.save(reader.state_dict(), work / "text.pt")
    save_checkpoint(work / "autoencoder.pt", pipeline.vae, [], step=0)
    save_checkpoint(work / "folded.pt", pipeline.vae, [], step=0)
    for name in ("denoiser.pt", "denoiser-average.pt"):
        save_checkpoint(work / name, pipeline.transformer, [], step=1)
    for stage in ("autoencoder", "text"):
        _done(work, stage).touch()


def encode_dataset(work: Path, plan: Plan) -> None:
    """Fix the autoencoder's latents and encode the training clips and the held-out ones.

    From here on the denoiser depends on this very autoencoder: it is kept as `folded.pt`.
    """
    autoencoder = build_autoencoder().eval()
    if load_checkpoint(work / "autoencoder.pt", autoencoder):
        fold_statistics(autoencoder, *latent_statistics(autoencoder))
        save_checkpoint(work / "folded.pt", autoencoder, [], step=0)
    autoencoder = trained_autoencoder(work)
    held_out = encode_clips(autoencoder, plan.held_out_clips, seed=1, held_out=True)
    save_latents(work / "held-out.pt", held_out)
    for old in work.glob("latents-*.pt"):
        old.unlink()
    parallel.launch(_encode_share, plan.processes, work, plan.clips // plan.processes)


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
