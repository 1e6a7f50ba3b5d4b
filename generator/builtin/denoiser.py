"""Trains the denoiser: given noisy latents and a prompt, the velocity from noise to data."""

import copy
import logging
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

import torch
from diffusers.models.transformers.transformer_mochi import MochiTransformer3DModel
from torch import Tensor, nn

from generator.builtin import parallel
from generator.builtin.architecture import build_transformer
from generator.builtin.attention import DenseMochiAttention
from generator.builtin.captions import Scene, full_caption, sample_omissions, vary_caption
from generator.builtin.checkpoint import Schedule, load_checkpoint, save_checkpoint
from generator.builtin.dataset import LatentSet, load_latents
from generator.builtin.optimiser import build_optimisers
from generator.builtin.text import ATTRIBUTES, CaptionReader, load_reader, tokenize
from generator.builtin.tokenizer import build_tokenizer

log = logging.getLogger(__name__)

LEARNING_RATE = 3e-3
EMPTY_CAPTIONS = 0.1
"""Share of captions left empty, for guidance."""
NOISE_CENTRE = 0.4
"""Where the logit of the noise level is centred; at 1 and above colour and motion are heard sooner,
below that shapes get their edges."""
SHAPE_WEIGHT = 4.0
"""Extra weight of the loss where the shape is."""


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


def train_denoiser(work: Path, minutes: float, batch: int = 48, processes: int = 2) -> None:
    """Train for `minutes` on the latents in `work`, resuming from its checkpoint."""
    parallel.launch(_train, processes, work, minutes, batch // processes)


def _train(work: Path, minutes: float, batch: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(0)
    reader = load_reader(work)
    transformer = build_transformer()
    transformer.time_embed.pooler.load_state_dict(reader.pooler.state_dict())
    optimisers = build_optimisers(transformer, LEARNING_RATE)
    step = load_checkpoint(work / "denoiser.pt", transformer, optimisers)
    average = ExponentialAverage(transformer)
    load_checkpoint(work / "denoiser-average.pt", average.module)
    use_dense_attention(transformer)
    use_dense_attention(average.module)
    sampler = BatchSampler(load_latents(work / "latents.pt"), reader, 1000 * step + parallel.rank())
    check = sampler.fixed(load_latents(work / "held-out.pt"), 64)
    schedule = Schedule(minutes, warmup_steps=100, first_step=step)
    running_loss = 0.0
    while parallel.agree(schedule.running):
        schedule.apply(optimisers, LEARNING_RATE, step)
        loss = velocity_loss(transformer, *sampler.draw(batch))
        loss.backward()
        parallel.average(p.grad for p in transformer.parameters() if p.grad is not None)
        torch.nn.utils.clip_grad_norm_(transformer.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        step += 1
        average.update(transformer, step)
        running_loss += loss.item()
        if step % 50 == 0 and parallel.rank() == 0:
            gaps = hearing_gaps(average.module, reader, *check)
            heard = ", ".join(f"{name} {gap:.4f}" for name, gap in gaps.items())
            log.info(
                "denoiser step %d, %.0f %%: loss %.4f; a wrong word costs %s",
                step, 100 * schedule.progress, running_loss / 50, heard,
            )  # fmt: skip
            running_loss = 0.0
            save_checkpoint(work / "denoiser.pt", transformer, optimisers, step)
            save_checkpoint(work / "denoiser-average.pt", average.module, [], step)
    if parallel.rank() == 0:
        save_checkpoint(work / "denoiser.pt", transformer, optimisers, step)
        save_checkpoint(work / "denoiser-average.pt", average.module, [], step)


def use_dense_attention(transformer: MochiTransformer3DModel) -> None:
    """Replace the stock attention's loop over the batch; the weights stay the same."""
    for block in transformer.transformer_blocks:
        attention: Any = block.attn1
        attention.processor = DenseMochiAttention()


class BatchSampler:
    """Draws latents with freshly worded captions."""

    def __init__(self, clips: LatentSet, reader: CaptionReader, seed: int) -> None:
        self._clips = clips
        self._reader = reader
        self._random = Random(seed)
        self._tokenizer = build_tokenizer()
        torch.manual_seed(seed)

    def draw(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return latents, nearness, prompt embeddings and prompt mask of `count` clips."""
        chosen = self._random.choices(range(len(self._clips)), k=count)
        captions = [self._caption(self._clips.scenes[index]) for index in chosen]
        latents, near = self._clips.latents[chosen].float(), self._clips.near[chosen].float()
        return latents, near, *embed(self._reader, self._tokenizer, captions)

    def _caption(self, scene: Scene) -> str:
        if self._random.random() < EMPTY_CAPTIONS:
            return ""
        return vary_caption(scene, self._random, sample_omissions(self._random))

    def fixed(self, clips: LatentSet, count: int) -> tuple[list[Scene], Tensor, Tensor]:
        """Return scenes, latents and nearness of the first clips of a set."""
        return clips.scenes[:count], clips.latents[:count].float(), clips.near[:count].float()


@torch.no_grad()
def embed(reader: CaptionReader, tokenizer: object, captions: list[str]) -> tuple[Tensor, Tensor]:
    """Return the prompts' embeddings (batch, tokens, dim) and mask (batch, tokens)."""
    tokens, mask = tokenize(tokenizer, captions)  # pyright: ignore[reportArgumentType]
    return reader.encoder(tokens, attention_mask=mask).last_hidden_state, mask


def velocity_loss(
    transformer: MochiTransformer3DModel,
    latents: Tensor,
    near: Tensor,
    prompts: Tensor,
    mask: Tensor,
    noise_level: Tensor | None = None,
    noise: Tensor | None = None,
) -> Tensor:
    """Return the weighted squared error of the predicted velocity (data - noise).

    `noise_level` is 1 for pure noise and 0 for data; drawn with most weight on high noise, where
    the prompt decides what appears. Mochi's time runs the other way, 0 to 1000.
    """
    if noise_level is None:
        noise_level = torch.sigmoid(1.2 * torch.randn(len(latents)) + NOISE_CENTRE)
    noise = torch.randn_like(latents) if noise is None else noise
    level = noise_level.view(-1, 1, 1, 1, 1)
    predicted: Tensor = transformer(
        hidden_states=(1 - level) * latents + level * noise,
        encoder_hidden_states=prompts,
        timestep=1000 * (1 - noise_level),
        encoder_attention_mask=mask,
        return_dict=False,
    )[0]
    weight = 1 + SHAPE_WEIGHT * near
    return (weight * (predicted - (latents - noise)) ** 2).sum() / (weight.sum() * latents.shape[1])


@torch.no_grad()
def hearing_gaps(
    transformer: MochiTransformer3DModel,
    reader: CaptionReader,
    scenes: list[Scene],
    latents: Tensor,
    near: Tensor,
) -> dict[str, float]:
    """Return how much the loss at high noise grows when one attribute of the caption is wrong."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(latents.shape, generator=generator)
    level = torch.full((len(latents),), 0.9)
    tokenizer = build_tokenizer()

    def loss(worded: list[Scene]) -> float:
        prompts = embed(reader, tokenizer, [full_caption(scene) for scene in worded])
        return velocity_loss(transformer, latents, near, *prompts, level, noise).item()

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
