"""Trains the denoiser: given noisy latents and a prompt, the clip that they hide."""

import copy
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

import torch
from diffusers.models.attention_processor import AttnProcessor
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from generator.builtin import NUM_FRAMES, parallel
from generator.builtin.architecture import LATENT_CHANNELS, build_transformer
from generator.builtin.captions import Scene, full_caption, sample_omissions, vary_caption
from generator.builtin.checkpoint import Schedule, load_checkpoint, save_checkpoint
from generator.builtin.dataset import LatentSet, load_latents
from generator.builtin.geometry import GeometryHead, outline
from generator.builtin.optimiser import build_optimisers
from generator.builtin.precision import mixed_precision
from generator.builtin.text import ATTRIBUTES, CaptionReader, load_reader
from generator.builtin.tokenizer import build_tokenizer
from generator.builtin.vocabulary import SHAPES

log = logging.getLogger(__name__)

LEARNING_RATE = 2e-3
EMPTY_CAPTIONS = 0.1
"""Share of captions left empty, for guidance."""
CAPTION_TOKENS = 18
"""Captions are padded to this many tokens, a little more than the longest, to keep shapes fixed."""
NOISE_CENTRE, NOISE_SPREAD = 1.2, 1.5
"""Mean and deviation of the noise level's logit: sixteen frames show their subject through a lot of
noise, so the prompt is only needed above 0.9, where a fifth of the samples lie."""
SHAPE_WEIGHT, EDGE_WEIGHT = 2.0, 6.0
"""Extra weight of the loss where the shape is, and at its edge, which alone tells shapes apart."""


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


@dataclass(frozen=True)
class Phase:
    """A part of the training, until a share of the time is used."""

    until: float
    frames: int
    """Frames of each clip."""
    clips: int
    """Clips a step."""


PHASES = (Phase(0.45, 1, 128), Phase(0.65, 4, 32), Phase(1.0, NUM_FRAMES, 8))
"""Looks first, on single frames, then motion on a few, then whole clips: the first are cheap."""


def train_denoiser(
    work: Path, minutes: float, processes: int = 2, *, compiled: bool = True
) -> None:
    """Train for `minutes` on the latents in `work`, going on from its checkpoint."""
    parallel.launch(_train, processes, work, minutes, compiled)


def _train(work: Path, minutes: float, compiled: bool) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(0)
    reader = load_reader(work)
    transformer = build_transformer()
    optimisers = build_optimisers(transformer, LEARNING_RATE)
    average = ExponentialAverage(transformer)
    geometry = GeometryHead(transformer)
    optimisers.append(torch.optim.AdamW(geometry.parameters(), LEARNING_RATE, weight_decay=0.0))
    step = load_checkpoint(work / "denoiser.pt", transformer, optimisers)
    load_checkpoint(work / "denoiser-average.pt", average.module)
    load_checkpoint(work / "geometry.pt", geometry)
    use_plain_attention(transformer, compiled=compiled)
    clips = load_latents(*sorted(work.glob("latents-*.pt")))
    sampler = BatchSampler(clips, reader, 1000 * step + parallel.rank())
    check = load_latents(work / "held-out.pt")
    schedule = Schedule(minutes, warmup_steps=100, first_step=step)
    losses: list[tuple[float, float]] = []
    while parallel.agree(schedule.running):
        schedule.apply(optimisers, LEARNING_RATE, step)
        used = parallel.largest(schedule.progress)
        phase = next((p for p in PHASES if used < p.until), PHASES[-1])
        batch = sampler.draw(phase.clips // parallel.world_size(), phase.frames)
        loss = clip_loss(transformer, batch)
        located = geometry.loss(batch.near, batch.shapes)
        (loss + located).backward()
        learning = [*transformer.parameters(), *geometry.parameters()]
        parallel.average(p.grad for p in learning if p.grad is not None)
        torch.nn.utils.clip_grad_norm_(transformer.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        step += 1
        average.update(transformer, step)
        losses.append((loss.item(), located.item()))
        if step % 300 == 0 and parallel.rank() == 0:
            heard = hearing_gaps(average.module, reader, check)
            log.info(
                "denoiser step %d, %.0f %%, %d frames: loss %.4f, geometry %.4f; "
                "a wrong word costs %s",
                step, 100 * used, phase.frames, *torch.tensor(losses).mean(0).tolist(),
                ", ".join(f"{name} {gap:.4f}" for name, gap in heard.items()),
            )  # fmt: skip
            losses.clear()
            save_checkpoint(work / "denoiser.pt", transformer, optimisers, step)
            save_checkpoint(work / "denoiser-average.pt", average.module, [], step)
            save_checkpoint(work / "geometry.pt", geometry, [], step)
    if parallel.rank() == 0:
        save_checkpoint(work / "denoiser.pt", transformer, optimisers, step)
        save_checkpoint(work / "denoiser-average.pt", average.module, [], step)


def use_plain_attention(transformer: LatteTransformer3DModel, *, compiled: bool) -> None:
    """Multiply, softmax, multiply: the fused attention is slow backwards under a mask on a CPU."""
    blocks: list[Any] = [*transformer.transformer_blocks, *transformer.temporal_transformer_blocks]
    for block in blocks:
        for attention in filter(None, (block.attn1, block.attn2)):
            attention.set_processor(AttnProcessor())
        if compiled:  # the method, so that hooks on the module stay outside
            block.forward = torch.compile(block.forward, dynamic=False)


class BatchSampler:
    """Draws latents with freshly worded captions."""

    def __init__(self, clips: LatentSet, reader: CaptionReader, seed: int) -> None:
        self._clips = clips
        self._reader = reader
        self._random = Random(seed)
        self._tokenizer = build_tokenizer()
        torch.manual_seed(seed)

    def draw(self, count: int, frames: int) -> "Batch":
        """Return `count` clips, `frames` frames of each, the same ones of all."""
        chosen = self._random.choices(range(len(self._clips)), k=count)
        times = torch.tensor(sorted(self._random.sample(range(NUM_FRAMES), frames)))
        captions = [self._caption(self._clips.scenes[index]) for index in chosen]
        latents = self._clips.latents[chosen][:, :, times].float()
        near = self._clips.near[chosen][:, :, times].float()
        prompts, mask = embed(self._reader, self._tokenizer, captions, self._random)
        shapes = torch.tensor([SHAPES.index(self._clips.scenes[index].shape) for index in chosen])
        return Batch(latents, near, prompts, mask, times, shapes)

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


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    latents: Tensor
    near: Tensor
    prompts: Tensor
    visible: Tensor
    times: Tensor
    """The chosen frames' places in the clip."""
    shapes: Tensor
    """Indices into `SHAPES`, (clips,)."""


def clip_loss(
    transformer: LatteTransformer3DModel,
    batch: Batch,
    noise_level: Tensor | None = None,
    noise: Tensor | None = None,
) -> Tensor:
    """Return the squared error of the predicted clip, weighted like that of the velocity.

    `noise_level` is 1 for pure noise and 0 for data; most are drawn high, where the prompt decides.
    """
    latents = batch.latents
    if noise_level is None:
        drawn = torch.randn(len(latents))
        noise_level = torch.sigmoid(NOISE_SPREAD * drawn + NOISE_CENTRE)
    noise = torch.randn_like(latents) if noise is None else noise
    level = noise_level.view(-1, 1, 1, 1, 1)
    predicted = predict(transformer, (1 - level) * latents + level * noise, noise_level, batch)
    importance = 1 + SHAPE_WEIGHT * batch.near + EDGE_WEIGHT * outline(batch.near)
    weight = importance / level.clamp(min=0.2) ** 2
    return (weight * (predicted - latents) ** 2).sum() / (importance.sum() * latents.shape[1])


def predict(
    transformer: LatteTransformer3DModel, noisy: Tensor, noise_level: Tensor, batch: Batch
) -> Tensor:
    """Return the clips the denoiser sees in `noisy` latents (n, channels, time, height, width)."""
    positions = transformer.temp_pos_embed
    bias = (~batch.visible).float()[:, None] * -10_000.0
    try:
        if len(batch.times) > 1:
            transformer.temp_pos_embed = positions[:, batch.times]
        with mixed_precision():
            output: Tensor = transformer(
                hidden_states=noisy,
                timestep=1000 * noise_level,
                encoder_hidden_states=batch.prompts,
                encoder_attention_mask=bias.repeat_interleave(noisy.shape[2], 0),
                return_dict=False,
            )[0]
    finally:
        transformer.temp_pos_embed = positions
    return output[:, :LATENT_CHANNELS].float()


@torch.no_grad()
def hearing_gaps(
    transformer: LatteTransformer3DModel, reader: CaptionReader, clips: LatentSet, count: int = 16
) -> dict[str, float]:
    """Return how much the loss at high noise grows when one attribute of the caption is wrong."""
    count = min(count, len(clips))
    scenes = clips.scenes[:count]
    latents, near = clips.latents[:count].float(), clips.near[:count].float()
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
    level = torch.full((count,), 0.96)
    tokenizer, random = build_tokenizer(), Random(0)

    def loss(worded: list[Scene]) -> float:
        captions = [full_caption(scene) for scene in worded]
        batch = Batch(
            latents,
            near,
            *embed(reader, tokenizer, captions, random),
            torch.arange(NUM_FRAMES),
            torch.zeros(count),
        )
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
