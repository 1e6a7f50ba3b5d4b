"""Trains the denoiser: given noisy latents and a prompt, the clip that they hide."""

import copy
import logging
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

import torch
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
from torch import Tensor, nn

from generator.builtin import parallel
from generator.builtin.architecture import build_transformer
from generator.builtin.batches import Batch, BatchSampler, embed
from generator.builtin.captions import Scene, full_caption
from generator.builtin.checkpoint import load_checkpoint, save_checkpoint
from generator.builtin.latents import GRID, channel_weights
from generator.builtin.lean_attention import use_lean_attention
from generator.builtin.loop import take_steps
from generator.builtin.optimiser import build_optimisers
from generator.builtin.precision import mixed_precision
from generator.builtin.text import ATTRIBUTES, CaptionReader, load_reader
from generator.builtin.tokenizer import build_tokenizer

log = logging.getLogger(__name__)

LEARNING_RATE = 2e-3
BATCH = 128
"""Clips a step, over all processes."""
NOISE_CENTRE, NOISE_SPREAD, NOISE_LIMIT = 2.5, 2.5, 9.0
"""Mean, deviation and largest value of the noise level's logit. A frame is said `GRID` x `GRID`
times over and a clip's subject in every frame, so the prompt is only needed above 3.5."""
ERROR_FLOOR = 0.01
"""What the squared error is taken to fall to at low noise, when losses are weighed."""

READING_ERROR = 0.1
"""Deviation by which what the encoder reads off a frame is wrong, as a whole and in every cell.

Measured on 48 held-out frames: 0.01 to 0.3 by channel.
"""
GIVEN_ERROR = 0.3
"""What is left to know of a clip whose beginning is given, as a share of a clip's variance."""

CHANGE_WEIGHT = 4.0
"""Weight of the error of what changes from frame to frame: an eye sees a tremble before an offset.
After the velocity loss of Tevet et al., "Human Motion Diffusion Model", 2022 (arXiv:2209.14916).
"""

_Module = TypeVar("_Module", bound=nn.Module)


class ExponentialAverage(Generic[_Module]):
    """A slow copy of the weights, which is what gets exported; it forgets more at the start."""

    def __init__(self, module: _Module, decay: float = 0.998) -> None:
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, module: _Module, step: int) -> None:
        """Move towards the module's weights."""
        decay = min(self._decay, (1 + step) / (10 + step))
        for slow, fast in zip(self.module.parameters(), module.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)


def train_denoiser(
    work: Path, minutes: float, processes: int = 2, *, compiled: bool = True
) -> None:
    """Train for `minutes` on fresh clips, going on from the checkpoint in `work`."""
    parallel.launch(_train, processes, work, minutes, compiled)


def _train(work: Path, minutes: float, compiled: bool) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(0)
    reader = load_reader(work)
    transformer = build_transformer()
    optimisers = build_optimisers(transformer, LEARNING_RATE)
    average = ExponentialAverage(transformer)
    step = load_checkpoint(work / "denoiser.pt", transformer, optimisers)
    load_checkpoint(work / "denoiser-average.pt", average.module)
    use_lean_attention(transformer, compiled=compiled)
    sampler = BatchSampler(reader, 1000 * step + parallel.rank() + 2)
    losses: list[float] = []

    def loss() -> Tensor:
        return clip_loss(transformer, sampler.draw(BATCH // parallel.world_size()))

    def after(step: int, loss: float) -> None:
        average.update(transformer, step)
        losses.append(loss)
        if step % 300 == 0 and parallel.rank() == 0:
            heard = hearing_gaps(average.module, reader)
            gaps = ", ".join(f"{name} {gap:.4f}" for name, gap in heard.items())
            mean = sum(losses) / len(losses)
            log.info("denoiser step %d: loss %.4f; a wrong word costs %s", step, mean, gaps)
            losses.clear()
            save(step)

    def save(step: int) -> None:
        save_checkpoint(work / "denoiser.pt", transformer, optimisers, step)
        save_checkpoint(work / "denoiser-average.pt", average.module, [], step)

    step = take_steps(
        transformer, optimisers, loss, after, minutes=minutes, peak=LEARNING_RATE, step=step
    )
    if parallel.rank() == 0:
        save(step)


def clip_loss(
    transformer: LatteTransformer3DModel,
    batch: Batch,
    noise_level: Tensor | None = None,
    noise: Tensor | None = None,
) -> Tensor:
    """Return the squared error of the predicted clip, against what is to be had at its noise level.

    `noise_level` is 1 for pure noise and 0 for data; most are drawn high, where the prompt decides.
    """
    latents = batch.latents
    if noise_level is None:
        logit = NOISE_SPREAD * torch.randn(len(latents)) + NOISE_CENTRE
        noise_level = torch.sigmoid(logit.clamp(max=NOISE_LIMIT))
    noise = torch.randn_like(latents) if noise is None else noise
    level = noise_level.view(-1, 1, 1, 1, 1)
    noisy = with_given_frames((1 - level) * latents + level * noise, batch)
    predicted = predict(transformer, noisy, noise_level, batch)
    wrong = predicted - latents
    change = CHANGE_WEIGHT * wrong.diff(dim=2).square().mean((2, 3, 4))
    error = (wrong.square().mean((2, 3, 4)) + change) @ channel_weights()
    expected = expected_error(noise_level) * torch.where(batch.held > 0, GIVEN_ERROR, 1.0)
    return (error / (expected + ERROR_FLOOR)).mean()


def with_given_frames(noisy: Tensor, batch: Batch) -> Tensor:
    """Return noisy latents with what was read off the frames that are given in their place."""
    read = batch.latents + READING_ERROR * (
        torch.randn(batch.latents.shape[:3])[..., None, None] + torch.randn_like(batch.latents)
    )
    is_given = torch.arange(noisy.shape[2]) < batch.held[:, None]
    return torch.where(is_given[:, None, :, None, None], read, noisy)


def expected_error(noise_level: Tensor) -> Tensor:
    """Return about how much of a frame's variance is unknown at a noise level.

    Averaging over the cells leaves 1 / `GRID` of the noise's deviation.
    """
    ratio = noise_level / ((1 - noise_level) * GRID)
    return ratio**2 / (1 + ratio**2)


def predict(
    transformer: LatteTransformer3DModel, noisy: Tensor, noise_level: Tensor, batch: Batch
) -> Tensor:
    """Return the clips the denoiser sees in `noisy` latents (n, channels, time, height, width)."""
    bias = (~batch.visible).float()[:, None] * -10_000.0
    with mixed_precision():
        output: Tensor = transformer(
            hidden_states=noisy,
            timestep=1000 * noise_level,
            encoder_hidden_states=batch.prompts,
            encoder_attention_mask=bias.repeat_interleave(noisy.shape[2], 0),
            return_dict=False,
        )[0]
    return output.float()


@torch.no_grad()
def hearing_gaps(
    transformer: LatteTransformer3DModel, reader: CaptionReader, count: int = 48
) -> dict[str, float]:
    """Return how much the error grows at high noise when one attribute of the caption is wrong.

    The clips are held-out ones, the same at every call.
    """
    sampler = BatchSampler(reader, seed=1, held_out=True)
    scenes = sampler.scenes(count)
    latents = sampler.latents(scenes)
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
    level = torch.full((count,), 0.99)
    tokenizer, random = build_tokenizer(), Random(0)

    def loss(worded: list[Scene]) -> float:
        captions = [full_caption(scene) for scene in worded]
        batch = Batch(latents, torch.zeros(count), *embed(reader, tokenizer, captions, random))
        return clip_loss(transformer, batch, level, noise).item()

    right = loss(scenes)
    wrong = {
        name: loss([_other(scene, name) for scene in scenes])
        for name in ("colour", "shape", "motion", "background")
    }
    return {"right": right} | {name: value - right for name, value in wrong.items()}


def _other(scene: Scene, name: str) -> Scene:
    values = ATTRIBUTES[name]
    following = values[(values.index(getattr(scene, name)) + 1) % len(values)]
    return replace(scene, **{name: following})
