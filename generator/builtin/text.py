"""Teaches the text encoder the world's words before the denoiser sees any of them."""

import logging
from pathlib import Path
from random import Random

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from generator.builtin.architecture import TEXT_DIM, build_text_encoder
from generator.builtin.captions import Scene, sample_omissions, sample_scene, vary_caption
from generator.builtin.tokenizer import MAX_TOKENS, build_tokenizer
from generator.builtin.vocabulary import BACKGROUNDS, COLOURS, MOTIONS, SHAPES, SIZES

log = logging.getLogger(__name__)

ATTRIBUTES = {
    "colour": tuple(COLOURS),
    "shape": SHAPES,
    "motion": MOTIONS,
    "background": BACKGROUNDS,
    "size": SIZES,
}
_UNSAID = -100
"""The target of an attribute the caption leaves out: `cross_entropy` ignores it."""


class CaptionReader(nn.Module):
    """Text encoder with a throwaway head for each attribute.

    Every token has to tell every attribute: the denoiser's cross-attention starts by looking at
    all tokens alike, and then hears the whole caption from the first step on.
    """

    def __init__(self, vocabulary_size: int) -> None:
        super().__init__()
        self.encoder = build_text_encoder(vocabulary_size)
        self.heads = nn.ModuleDict(
            {name: nn.Linear(TEXT_DIM, len(values)) for name, values in ATTRIBUTES.items()}
        )

    def forward(self, tokens: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Return each token's logits for each attribute, shape (batch, tokens, values)."""
        hidden: Tensor = self.encoder(tokens, attention_mask=mask).last_hidden_state
        return {name: head(hidden) for name, head in self.heads.items()}


def tokenize(tokenizer: PreTrainedTokenizerFast, captions: list[str]) -> tuple[Tensor, Tensor]:
    """Return token ids and mask, both (batch, longest caption)."""
    batch = tokenizer(
        captions, padding="longest", max_length=MAX_TOKENS, truncation=True, return_tensors="pt"
    )
    return batch.input_ids, batch.attention_mask.bool()


def train_text_encoder(work: Path, steps: int = 1500, batch: int = 96) -> CaptionReader:
    """Train the reader to name each caption's attributes, and save it in `work`."""
    torch.manual_seed(0)
    random, tokenizer = Random(0), build_tokenizer()
    reader = CaptionReader(len(tokenizer))
    optimiser = torch.optim.AdamW(reader.parameters(), lr=1e-3)
    decay = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, total_steps=steps)
    for step in range(1, steps + 1):
        tokens, mask, targets = _sample_batch(random, tokenizer, batch)
        logits = reader(tokens, mask)
        loss = torch.stack([_loss(logits[n], targets[n], mask) for n in ATTRIBUTES]).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        decay.step()
        if step % 100 == 0:
            log.info("text step %d: loss %.4f, %s", step, loss.item(), _accuracy(reader, tokenizer))
    work.mkdir(parents=True, exist_ok=True)
    torch.save(reader.state_dict(), work / "text.pt")
    return reader


def _loss(logits: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """Return the cross-entropy of an attribute over the real tokens of captions that say it."""
    told = targets[:, None].expand_as(mask).masked_fill(~mask, _UNSAID)
    return nn.functional.cross_entropy(logits.flatten(0, 1), told.flatten())


def load_reader(work: Path) -> CaptionReader:
    """Load what `train_text_encoder` saved."""
    reader = CaptionReader(len(build_tokenizer()))
    reader.load_state_dict(torch.load(work / "text.pt", weights_only=True))
    return reader.eval().requires_grad_(False)


def _sample_batch(
    random: Random, tokenizer: PreTrainedTokenizerFast, count: int, *, held_out: bool = False
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    scenes = [sample_scene(random, held_out=held_out) for _ in range(count)]
    omissions = [sample_omissions(random) for _ in scenes]
    captions = [
        vary_caption(scene, random, omitted)
        for scene, omitted in zip(scenes, omissions, strict=True)
    ]
    targets = {
        name: torch.tensor([_target(s, name, o) for s, o in zip(scenes, omissions, strict=True)])
        for name in ATTRIBUTES
    }
    return *tokenize(tokenizer, captions), targets


def _target(scene: Scene, name: str, omitted: frozenset[str]) -> int:
    return _UNSAID if name in omitted else ATTRIBUTES[name].index(getattr(scene, name))


@torch.no_grad()
def _accuracy(reader: CaptionReader, tokenizer: PreTrainedTokenizerFast) -> dict[str, float]:
    """Return the share of held-out captions read right, attribute by attribute."""
    tokens, mask, targets = _sample_batch(Random(1), tokenizer, 512, held_out=True)
    right: dict[str, float] = {}
    for name, logits in reader(tokens, mask).items():
        said = mask & (targets[name] != _UNSAID)[:, None]
        hits = logits.argmax(2) == targets[name][:, None]
        right[name] = round(hits[said].float().mean().item(), 4)
    return right
