"""What the denoiser learns from: captions and latents of fresh takes, some begun."""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from generator.builtin import HELD_FRAMES, NUM_FRAMES
from generator.builtin.captions import Scene, sample_omissions, sample_scene, vary_caption
from generator.builtin.latents import describe, spread
from generator.builtin.render import sample_take
from generator.builtin.text import CaptionReader
from generator.builtin.tokenizer import build_tokenizer

EMPTY_CAPTIONS: Final = 0.1
"""Share of captions left empty, for guidance."""
CAPTION_TOKENS: Final = 18
"""Captions are padded to this many tokens, a little more than the longest, to keep shapes fixed."""
GIVEN_PICTURES: Final = 0.2
"""Share of clips whose first frame is given."""
GIVEN_CLIPS: Final = 0.3
"""Share of clips whose first `HELD_FRAMES` frames are given, the last ones of another clip."""
MISLED_CAPTIONS: Final = 0.25
"""Share of those captions that name another subject than the frames show, which are believed."""


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    latents: Tensor
    """(clips, channels, time, height, width)."""
    held: Tensor
    """How many frames at the beginning of each are given, (clips,)."""
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
        held = [self._held() for _ in scenes]
        captions = [self._caption(*pair) for pair in zip(scenes, held, strict=True)]
        prompts = embed(self._reader, self._tokenizer, captions, self._random)
        return Batch(self.latents(scenes, held), torch.tensor(held), *prompts)

    def scenes(self, count: int) -> list[Scene]:
        """Return `count` scenes."""
        return [sample_scene(self._random, held_out=self._held_out) for _ in range(count)]

    def latents(self, scenes: list[Scene], held: list[int] | None = None) -> Tensor:
        """Return the latents of a take of each scene, of which so many frames will be given."""
        starts = [self._start(count) for count in held or [0] * len(scenes)]
        takes = [
            sample_take(scene, self._rng, start=start)
            for scene, start in zip(scenes, starts, strict=True)
        ]
        return spread(torch.stack([describe(take) for take in takes])).transpose(1, 2)

    def _held(self) -> int:
        draw = self._random.random()
        if draw < GIVEN_PICTURES:
            return 1
        return HELD_FRAMES if draw < GIVEN_PICTURES + GIVEN_CLIPS else 0

    def _start(self, held: int) -> int:
        """Draw the frame that a take begins with: one picture is anywhere on the way that is named.

        Several frames show by themselves which way things go, also on the way back.
        """
        if held == 0:
            return 0
        return self._random.randrange(NUM_FRAMES - 1 if held == 1 else 2 * NUM_FRAMES - 2)

    def _caption(self, scene: Scene, held: int) -> str:
        if self._random.random() < EMPTY_CAPTIONS:
            return ""
        if held and self._random.random() < MISLED_CAPTIONS:
            scene = replace(sample_scene(self._random), motion=scene.motion)
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
