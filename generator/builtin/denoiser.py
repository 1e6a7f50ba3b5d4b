"""Trains the denoiser: given noisy latents and a prompt, the clip that they hide."""

import copy
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

import numpy as np
import torch
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from generator.builtin import parallel
from generator.builtin.architecture import build_transformer
from generator.builtin.captions import (
    Scene,
    full_caption,
    sample_omissions,
    sample_scene,
    vary_caption,
)
from generator.builtin.checkpoint import load_checkpoint, save_checkpoint
from generator.builtin.latents import GRID, channel_weights, describe, spread
from generator.builtin.lean_attention import use_lean_attention
from generator.builtin.loop import take_steps
from generator.builtin.optimiser import build_optimisers
from generator.builtin.precision import mixed_precision
from generator.builtin.render import sample_take
from generator.builtin.text import ATTRIBUTES, CaptionReader, load_reader
from generator.builtin.tokenizer import build_tokenizer

log = logging.getLogger(__name__)

LEARNING_RATE = 2e-3
BATCH = 128
"""Clips a step, over all processes."""
EMPTY_CAPTIONS = 0.1
"""Share of captions left empty, for guidance."""
CAPTION_TOKENS = 18
"""Captions are padded to this many tokens, a little more than the longest, to keep shapes fixed."""
NOISE_CENTRE, NOISE_SPREAD, NOISE_LIMIT = 2.5, 2.5, 9.0
"""Mean, deviation and largest value of the noise level's logit. A frame is said `GRID` x `GRID`
times over and a clip's subject in every frame, so the prompt is only needed above 3.5."""
ERROR_FLOOR = 0.01
"""What the squared error is taken to fall to at low noise, when losses are weighed."""

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


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    latents: Tensor
    """(clips, channels, time, height, width)."""
    prompts: Tensor
    """(clips, tokens, dim)."""
    visible: Tensor
    """Which tokens count, (clips, tokens)."""


class BatchSampler:
    """Draws the latents of fresh takes with freshly worded captions; nothing is drawn as pixels."""

    def __init__(self, reader: CaptionReader, seed: int, *, held_out: bool = False) -> None:
        self._reader = reader
        self._held_out = held_out
        self._random = Random(seed)
        self._rng = np.random.default_rng(seed)
        self._tokenizer = build_tokenizer()
        torch.manual_seed(seed)

    def draw(self, count: int) -> Batch:
        """Return `count` clips."""
        scenes = self.scenes(count)
        captions = [self._caption(scene) for scene in scenes]
        prompts = embed(self._reader, self._tokenizer, captions, self._random)
        return Batch(self.latents(scenes), *prompts)

    def scenes(self, count: int) -> list[Scene]:
        """Return `count` scenes."""
        return [sample_scene(self._random, held_out=self._held_out) for _ in range(count)]

    def latents(self, scenes: list[Scene]) -> Tensor:
        """Return the latents of a take of each scene."""
        described = torch.stack([describe(sample_take(scene, self._rng)) for scene in scenes])
        return spread(described).transpose(1, 2)

    def _caption(self, scene: Scene) -> str:
        if self._random.random() < EMPTY_CAPTIONS:
            return ""
        return vary_caption(scene, self._random, sample_omissions(self._random))


@torch.no_grad()
def embed(
    reader: CaptionReader,
    tokenizer: PreTrainedTokenizerFast,
    captions: list[str],
    random: Random,
) -> tuple[Tensor, Tensor]:
    """Return the prompts' embeddings (batch, tokens, dim) and which tokens count (batch, tokens).

    The pipeline pads an empty prompt to the length of the other and shows the padding too.
    """
    batch = tokenizer(
        captions, padding="max_length", max_length=CAPTION_TOKENS, truncation=True,
        return_tensors="pt",
    )  # fmt: skip
    embeddings = reader.encoder(batch.input_ids, attention_mask=batch.attention_mask)
    visible = batch.attention_mask.bool()
    for row, caption in enumerate(captions):
        if not caption:
            visible[row, : random.randrange(4, 15)] = True
    return embeddings.last_hidden_state, visible


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
    predicted = predict(transformer, (1 - level) * latents + level * noise, noise_level, batch)
    wrong = predicted - latents
    change = CHANGE_WEIGHT * wrong.diff(dim=2).square().mean((2, 3, 4))
    error = (wrong.square().mean((2, 3, 4)) + change) @ channel_weights()
    return (error / (expected_error(noise_level) + ERROR_FLOOR)).mean()


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
        batch = Batch(latents, *embed(reader, tokenizer, captions, random))
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
