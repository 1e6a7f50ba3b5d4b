"""Trains the autoencoder's decoder to draw frames from their latents, coarse to fine."""

import logging
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor, nn

from generator.builtin import SIZE, parallel
from generator.builtin.architecture import build_autoencoder
from generator.builtin.checkpoint import Phase, load_checkpoint, save_checkpoint
from generator.builtin.frames import SKETCH_SIZE, Frames, FrameSampler
from generator.builtin.latents import channels
from generator.builtin.loop import take_steps, train_phases
from generator.builtin.optimiser import build_optimisers
from generator.builtin.precision import mixed_precision
from generator.builtin.reconstruction import drawing_psnr, pixel_loss

log = logging.getLogger(__name__)

CROP = 16
"""Width and height of a crop on the grid of the sketches: 64 pixels."""
KIND_NOISE = 0.15
"""Deviation of the noise on the channels that name a kind, so that the decoder learns to round."""
EDGE = 12 / SIZE
"""Distance from the outline, in widths, beyond which a sketch need not tell it."""


class SketchHeads(nn.Module):
    """Throwaway readers of the decoder's coarse stages: what is drawn must be known early.

    Each gives colours and the distance from the shape's outline on the grid of the sketches.
    """

    def __init__(self, autoencoder: AutoencoderKL) -> None:
        super().__init__()
        widths = list(reversed(autoencoder.config["block_out_channels"]))
        scales = (4, 2, 1)
        self.readers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, 4 * scale**2, 1), nn.PixelShuffle(scale))
            for width, scale in zip((widths[0], widths[0], widths[1]), scales, strict=True)
        )

    def loss(self, stages: list[Tensor], frames: Frames) -> Tensor:
        """Return the sketches' error, given the outputs of the middle and the first up blocks."""
        colours = nn.functional.adaptive_avg_pool2d(frames.pixels, SKETCH_SIZE)
        wanted = torch.cat([colours, (frames.distance / EDGE).clamp(-1, 1)], 1)
        errors = [
            reader(stage.float()) - wanted
            for reader, stage in zip(self.readers, stages, strict=True)
        ]
        return torch.stack([error.abs().mean() + error.square().mean() for error in errors]).sum()


SKETCHES = Phase("sketches", 0.4, 3e-3, 16)
"""The coarse stages alone, which hold most of the weights and are cheap: the geometry."""
DETAIL = Phase("detail", 0.3, 3e-3, 12)
"""The fine stages on top of the coarse ones, which stay; on crops and whole frames in turn, as
crops are cheap and GroupNorm sees them with other eyes."""
WHOLE = Phase("whole", 0.3, 2.5e-4, 4)
"""Everything, on whole frames."""


def train_decoder(work: Path, minutes: float, processes: int = 2) -> None:
    """Train for `minutes`; with a checkpoint in `work`, go on from it in the last phase."""
    train_phases(_train, work / "decoder.pt", (SKETCHES, DETAIL, WHOLE), minutes, processes)


def _train(work: Path, minutes: float, phase: Phase) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(0)
    autoencoder = build_autoencoder()
    decoder, heads = autoencoder.decoder, SketchHeads(autoencoder)
    optimisers = build_optimisers(decoder, phase.peak)
    optimisers.append(torch.optim.AdamW(heads.parameters(), phase.peak, weight_decay=0.0))
    step = load_checkpoint(work / "decoder.pt", decoder)
    load_checkpoint(work / "sketches.pt", heads)
    seed = 1000 * step + parallel.rank() + 2
    sampler, check = FrameSampler(seed, turning=0.3), FrameSampler(1, held_out=True).draw(48)
    torch.manual_seed(seed)

    def loss() -> Tensor:
        return drawing_loss(decoder, heads, sampler.draw(phase.batch), phase)

    def after(step: int, loss: float) -> None:
        if step % 200 == 0 and parallel.rank() == 0:
            psnr = "{:.1f} dB, shapes {:.1f} dB".format(*drawing_psnr(autoencoder, check))
            log.info("decoder step %d, %s: loss %.4f, %s", step, phase.name, loss, psnr)
            _save(work, decoder, heads, step)

    step = take_steps(decoder, optimisers, loss, after, minutes=minutes, peak=phase.peak, step=step)
    if parallel.rank() == 0:
        _save(work, decoder, heads, step)


def _save(work: Path, decoder: nn.Module, heads: SketchHeads, step: int) -> None:
    save_checkpoint(work / "decoder.pt", decoder, [], step)
    save_checkpoint(work / "sketches.pt", heads, [], step)


def drawing_loss(decoder: Any, heads: SketchHeads, frames: Frames, phase: Phase) -> Tensor:
    """Return the error of drawing the frames, in the detail that the phase calls for."""
    latents = blur_kinds(frames.latents)
    with mixed_precision():
        if phase == SKETCHES:
            return heads.loss(sketch(decoder, latents), frames)
        with torch.set_grad_enabled(phase != DETAIL):
            stages = sketch(decoder, latents)
        rough, pixels, coverage = stages[-1], frames.pixels, frames.coverage
        rough.requires_grad_()  # a bfloat16 convolution asked for its weights' alone may crash
        if phase == DETAIL and torch.rand(()).item() < 0.6:
            rough, pixels, coverage = _crop(rough, pixels, coverage)
        elif phase == DETAIL:
            rough, pixels, coverage = (part[::3] for part in (rough, pixels, coverage))
        loss = pixel_loss(finish(decoder, rough).float(), pixels, coverage)
        return loss if phase == DETAIL else loss + 0.3 * heads.loss(stages, frames)


def sketch(decoder: Any, latents: Tensor) -> list[Tensor]:
    """Run the decoder up to the sketches' size; return what comes out of its stages."""
    stages = [decoder.mid_block(decoder.conv_in(latents))]
    for block in decoder.up_blocks[:2]:
        stages.append(block(stages[-1]))
    return stages


def finish(decoder: Any, rough: Tensor) -> Tensor:
    """Run the rest of the decoder."""
    for block in decoder.up_blocks[2:]:
        rough = block(rough)
    return decoder.conv_out(decoder.conv_act(decoder.conv_norm_out(rough)))


def _crop(rough: Tensor, pixels: Tensor, coverage: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Cut a window around a random pixel of each shape, or anywhere where there is none."""
    scale = SIZE // SKETCH_SIZE
    cut: list[tuple[Tensor, Tensor, Tensor]] = []
    for features, image, cover in zip(rough, pixels, coverage, strict=True):
        weights = cover[0].flatten() + 0.05
        spot = int(torch.multinomial(weights, 1))
        starts = [
            min(max(place // scale - int(torch.randint(CROP, ())), 0), SKETCH_SIZE - CROP)
            for place in divmod(spot, SIZE)
        ]
        coarse = tuple(slice(start, start + CROP) for start in starts)
        fine = tuple(slice(start * scale, (start + CROP) * scale) for start in starts)
        cut.append((features[:, *coarse], image[:, *fine], cover[:, *fine]))
    features, images, covers = zip(*cut, strict=True)
    return torch.stack(features), torch.stack(images), torch.stack(covers)


def blur_kinds(latents: Tensor) -> Tensor:
    """Add noise to what names the shape and the background, the same in all cells and not."""
    noisy = latents.clone()
    for part in ("shape", "two tones", "background"):
        kinds = noisy[:, channels(part)]
        kinds += KIND_NOISE * torch.randn(*kinds.shape[:2], 1, 1)
        kinds += 0.3 * KIND_NOISE * torch.randn_like(kinds)
    return noisy
