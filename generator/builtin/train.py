"""Trains the model part by part; each part can go on from where it stopped."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.pipeline_utils import DiffusionPipeline

from generator.builtin import STAGES
from generator.builtin.architecture import build_autoencoder, build_transformer
from generator.builtin.checkpoint import load_checkpoint, save_checkpoint
from generator.builtin.decoder import train_decoder
from generator.builtin.denoiser import train_denoiser
from generator.builtin.encoder import train_encoder
from generator.builtin.export import MODEL_FOLDER, export
from generator.builtin.text import CaptionReader, load_reader, train_text_encoder
from generator.builtin.tokenizer import build_tokenizer

log = logging.getLogger(__name__)

_SHARES: Final = {"decoder": 0.45, "encoder": 0.2, "denoiser": 0.35}
"""Of the minutes of a whole training; reading captions takes a few on top."""


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    minutes: float
    """For the whole training, or for the one stage that is run."""
    text_steps: int = 1500
    processes: int = 2
    """Single-threaded ones; as many as there are cores."""
    compiled: bool = True
    """Compile the denoiser, which takes a minute and a C++ compiler, and makes it faster."""


def train(work: Path, plan: Plan, stage: str | None = None, *, from_scratch: bool = False) -> None:
    """Run one stage, or all that `work` has not finished; with all finished, all nets go on.

    Unless told to start from scratch, an empty folder goes on from the shipped weights.
    """
    if from_scratch and work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    if not from_scratch and not any(work.iterdir()):
        adopt(work, MODEL_FOLDER)
    unfinished = [name for name in STAGES if not _done(work, name).exists()]
    stages = [stage] if stage else unfinished or list(_SHARES)
    total = sum(_SHARES.get(name, 0.0) for name in stages)
    for name in stages:
        log.info("training: %s", name)
        minutes = plan.minutes * _SHARES.get(name, 0.0) / (total or 1.0)
        _run(work, plan, minutes)[name]()
        _done(work, name).touch()


def _run(work: Path, plan: Plan, minutes: float) -> dict[str, Callable[[], object]]:
    return {
        "decoder": lambda: train_decoder(work, minutes, processes=plan.processes),
        "encoder": lambda: train_encoder(work, minutes, processes=plan.processes),
        "text": lambda: train_text_encoder(work, plan.text_steps),
        "denoiser": lambda: train_denoiser(work, minutes, plan.processes, compiled=plan.compiled),
    }


def _done(work: Path, stage: str) -> Path:
    return work / f"{stage}.done"


def adopt(work: Path, folder: Path) -> None:
    """Fill a training folder from an exported pipeline: all but the state of the optimisers."""
    pipeline: Any = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    reader = CaptionReader(len(build_tokenizer()))
    reader.encoder.load_state_dict(pipeline.text_encoder.state_dict())
    torch.save(reader.state_dict(), work / "text.pt")
    parts = {
        "decoder": pipeline.vae.decoder,
        "encoder": pipeline.vae.encoder,
        "denoiser": pipeline.transformer,
        "denoiser-average": pipeline.transformer,
    }
    for name, module in parts.items():
        save_checkpoint(work / f"{name}.pt", module, [], step=1)
    for stage in STAGES:
        _done(work, stage).touch()


def trained_autoencoder(work: Path) -> AutoencoderKL:
    """Put the two halves of a training folder together."""
    autoencoder = build_autoencoder()
    load_checkpoint(work / "encoder.pt", autoencoder.encoder)
    load_checkpoint(work / "decoder.pt", autoencoder.decoder)
    return autoencoder.eval()


def export_training(work: Path, folder: Path = MODEL_FOLDER) -> int:
    """Write a training folder's averaged weights as a pipeline; return their size in bytes."""
    transformer = build_transformer()
    load_checkpoint(work / "denoiser-average.pt", transformer)
    return export(folder, trained_autoencoder(work), load_reader(work).encoder, transformer)
