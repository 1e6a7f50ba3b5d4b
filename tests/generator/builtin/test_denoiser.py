"""The denoiser's training, on tiny settings."""

from dataclasses import replace

import pytest
import torch
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel

from generator.builtin import HELD_FRAMES, NUM_FRAMES
from generator.builtin.architecture import LATENT_SHAPE, TEXT_DIM, build_transformer
from generator.builtin.batches import Batch, BatchSampler
from generator.builtin.denoiser import (
    READING_ERROR,
    clip_loss,
    expected_error,
    hearing_gaps,
    predict,
    with_given_frames,
)
from generator.builtin.lean_attention import use_lean_attention
from generator.builtin.optimiser import build_optimisers
from generator.builtin.text import CaptionReader
from generator.builtin.tokenizer import build_tokenizer


def _reader() -> CaptionReader:
    return CaptionReader(len(build_tokenizer())).eval().requires_grad_(False)


def _batch(clips: int) -> Batch:
    return Batch(
        latents=torch.randn(1, *LATENT_SHAPE).expand(clips, -1, -1, -1, -1),
        held=torch.zeros(clips, dtype=torch.int64),
        prompts=torch.randn(clips, 3, TEXT_DIM),
        visible=torch.ones(clips, 3, dtype=torch.bool),
    )


def _scrambled(num_layers: int) -> LatteTransformer3DModel:
    torch.manual_seed(0)
    transformer = build_transformer(hidden_dim=64, num_layers=num_layers).eval()
    for parameter in transformer.parameters():
        parameter.data.normal_(std=0.1)
    return transformer


def test_the_denoiser_learns_a_clip_by_heart() -> None:
    torch.manual_seed(0)
    transformer = build_transformer(hidden_dim=64, num_layers=1)
    optimisers = build_optimisers(transformer, lr=0.01)
    batch = _batch(clips=4)
    losses: list[float] = []
    for _ in range(30):
        loss = clip_loss(transformer, batch)
        loss.backward()
        losses.append(loss.item())
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


@torch.no_grad()
def test_words_behind_the_mask_change_nothing() -> None:
    transformer, batch = _scrambled(2), _batch(clips=1)
    noisy, level = torch.randn(1, *LATENT_SHAPE), torch.tensor([0.5])

    def seen(**changes: torch.Tensor) -> torch.Tensor:
        return predict(transformer, noisy, level, replace(batch, **changes))

    first_two = torch.tensor([[True, True, False]])
    other_last = batch.prompts.clone()
    other_last[:, 2] = 9
    masked = seen(visible=first_two)
    torch.testing.assert_close(seen(visible=first_two, prompts=other_last), masked)
    assert not torch.allclose(seen(prompts=other_last), seen())


@torch.no_grad()
def test_lean_attention_gives_what_the_stock_processors_give() -> None:
    transformer, batch = _scrambled(2), _batch(clips=3)
    batch = replace(batch, visible=torch.tensor([[1, 1, 0], [1, 1, 1], [1, 0, 0]]).bool())
    noisy, level = torch.randn(3, *LATENT_SHAPE), torch.tensor([0.1, 0.5, 0.9])
    stock = predict(transformer, noisy, level, batch)
    use_lean_attention(transformer, compiled=False)
    lean = predict(transformer, noisy, level, batch)
    assert (lean - stock).abs().mean() < 0.01 * stock.abs().mean()  # bfloat16 where it pays


def test_what_is_unknown_grows_with_the_noise() -> None:
    errors = expected_error(torch.tensor([0.0, 0.5, 0.9, 0.99, 0.9999]))
    assert (errors.diff() > 0).all()
    assert errors[0] == 0
    assert errors[2] == pytest.approx(0.5)
    assert errors[-1] > 0.99


def test_batches_show_empty_prompts_as_the_pipeline_does() -> None:
    batch = BatchSampler(_reader(), seed=0).draw(64)
    assert batch.latents.shape == (64, *LATENT_SHAPE)
    assert batch.latents.shape[2] == NUM_FRAMES
    assert batch.visible.sum(1).min() >= 4  # an empty prompt with its padding is not one token long


def test_given_frames_are_seen_without_noise_but_as_they_are_read() -> None:
    batch = BatchSampler(_reader(), seed=0).draw(64)
    assert {0, 1, HELD_FRAMES} == set(batch.held.tolist())
    noisy = torch.full_like(batch.latents, 100.0)
    seen = with_given_frames(noisy, batch)
    for clip, held in enumerate(batch.held.tolist()):
        assert (seen[clip, :, held:] == 100).all()
        read, true = seen[clip, :, :held], batch.latents[clip, :, :held]
        assert not held or 0 < (read - true).std() < 2 * READING_ERROR


def test_a_network_that_ignores_the_prompt_has_no_gaps() -> None:
    gaps = hearing_gaps(build_transformer(64, 1), _reader(), count=2)
    assert gaps.pop("right") > 0
    assert gaps == {"colour": 0, "shape": 0, "motion": 0, "background": 0}
