"""Trains the autoencoder's encoder to read off a frame the latents it was drawn from."""

import logging
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor, nn

from generator.builtin import parallel
from generator.builtin.architecture import build_autoencoder, decode, encode
from generator.builtin.checkpoint import Phase, load_checkpoint, save_checkpoint
from generator.builtin.frames import Frames, FrameSampler
from generator.builtin.latents import CELL, channels
from generator.builtin.loop import take_steps, train_phases
from generator.builtin.optimiser import build_optimisers
from generator.builtin.precision import mixed_precision
from generator.builtin.reconstruction import pixel_loss, reconstruction_psnr

log = logging.getLogger(__name__)

FAR_WEIGHT = 0.1
"""What the cells that the shape does not touch count for reading the shape."""


FADED = 0.6
"""The share of frames to read with a faded shape, of which the background alone is to be read.

Beside a shape in full colour the background's life is too faint to be found (it was not, in 40
minutes); without a shape it is found at once, and stays found while shapes fade in.
"""

READING = Phase("reading", 0.7, 3e-3, 16)
"""The latents alone."""
DRAWING = Phase("drawing", 0.3, 2.5e-4, 8)
"""What was read is also drawn again, by a decoder that stays, and compared with the frame."""


def train_encoder(work: Path, minutes: float, processes: int = 2) -> None:
    """Train beside the decoder in `work`; with a checkpoint there, go on in the last phase."""
    train_phases(_train, work / "encoder.pt", (READING, DRAWING), minutes, processes)


def _train(work: Path, minutes: float, phase: Phase) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(0)
    autoencoder = build_autoencoder()
    load_checkpoint(work / "decoder.pt", autoencoder.decoder)
    autoencoder.decoder.requires_grad_(False)
    encoder = autoencoder.encoder
    optimisers = build_optimisers(encoder, phase.peak)
    step = load_checkpoint(work / "encoder.pt", encoder)
    seed = 1000 * step + parallel.rank() + 2
    drawn = phase == DRAWING
    sampler = FrameSampler(seed, turning=0.3, faded=0.0 if drawn else FADED)
    check = FrameSampler(1, held_out=True).draw(48)

    def loss() -> Tensor:
        return reading_loss(autoencoder, sampler.draw(phase.batch), drawn=drawn)

    def after(step: int, loss: float) -> None:
        if step % 200 == 0 and parallel.rank() == 0:
            psnr = "{:.1f} dB, shapes {:.1f} dB".format(*reconstruction_psnr(autoencoder, check))
            log.info("encoder step %d, %s: loss %.4f, %s", step, phase.name, loss, psnr)
            save_checkpoint(work / "encoder.pt", encoder, [], step)

    step = take_steps(encoder, optimisers, loss, after, minutes=minutes, peak=phase.peak, step=step)
    if parallel.rank() == 0:
        save_checkpoint(work / "encoder.pt", encoder, [], step)


def reading_loss(autoencoder: AutoencoderKL, frames: Frames, *, drawn: bool) -> Tensor:
    """Return the error of the latents read and, if `drawn`, that of the frame they give."""
    with mixed_precision():
        read = encode(autoencoder, frames.pixels).float()
        picture = decode(autoencoder, read).float() if drawn else None
    error = read - frames.latents
    loss = (_importance(frames) * (error.abs() + error.square())).mean()
    if picture is None:
        return loss
    return loss + 2 * pixel_loss(picture, frames.pixels, frames.coverage)


def _importance(frames: Frames) -> Tensor:
    """Return what each channel of each cell counts: far from the shape, little of it is drawn."""
    touched = nn.functional.max_pool2d(frames.coverage, CELL).gt(0).float()
    near = FAR_WEIGHT + (1 - FAR_WEIGHT) * nn.functional.max_pool2d(touched, 3, 1, 1)
    visible = near * frames.opacity.eq(1)[:, None, None, None]
    weights = visible.expand_as(frames.latents).clone()
    for part in ("background", "life"):
        weights[:, channels(part)] = 1
    return weights
