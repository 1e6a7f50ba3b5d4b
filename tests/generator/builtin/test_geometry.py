"""What the extra lesson asks of the denoiser's tokens."""

import pytest
import torch

from generator.builtin.architecture import LATENT_CHANNELS, LATENT_SIZE, TEXT_DIM, build_transformer
from generator.builtin.denoiser import Batch, clip_loss
from generator.builtin.geometry import GeometryHead, locate, outline


def test_a_square_is_located_where_it_was_drawn() -> None:
    coverage = torch.zeros(1, 1, 2, 10, 10)
    coverage[0, 0, 0, 2:6, 5:9] = 1
    coverage[0, 0, 1, 0:2, 0:2] = 1
    centres, extent = locate(coverage)
    torch.testing.assert_close(centres, torch.tensor([[0.7, 0.4], [0.1, 0.1]]))
    torch.testing.assert_close(extent, torch.tensor([0.4, 0.2]))


def test_the_outline_is_the_edge_alone() -> None:
    coverage = torch.zeros(1, 1, 1, 9, 9)
    coverage[..., 2:7, 2:7] = 1
    edge = outline(coverage)[0, 0, 0]
    assert edge[4, 4] == 0
    assert edge[0, 0] == 0
    assert edge[2, 4] == 1
    assert edge[1, 4] == 1


@pytest.mark.parametrize("frames", [1, 3])
def test_the_lesson_reaches_the_first_half_of_the_network_only(frames: int) -> None:
    torch.manual_seed(0)
    transformer = build_transformer(hidden_dim=64, num_layers=2)
    head = GeometryHead(transformer)
    for block in transformer.transformer_blocks:
        torch.nn.init.normal_(block.scale_shift_table, std=0.1)  # pyright: ignore[reportArgumentType]
    batch = Batch(
        latents=torch.randn(2, LATENT_CHANNELS, frames, LATENT_SIZE, LATENT_SIZE),
        near=torch.rand(2, 1, frames, LATENT_SIZE, LATENT_SIZE),
        prompts=torch.randn(2, 3, TEXT_DIM),
        visible=torch.ones(2, 3, dtype=torch.bool),
        times=torch.arange(frames),
        shapes=torch.tensor([0, 5]),
    )
    clip_loss(transformer, batch)
    head.loss(batch.near, batch.shapes).backward()
    weights = dict(transformer.named_parameters())
    assert weights["transformer_blocks.0.attn1.to_q.weight"].grad is not None
    assert weights["transformer_blocks.1.attn1.to_q.weight"].grad is None
