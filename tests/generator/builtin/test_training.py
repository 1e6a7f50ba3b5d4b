"""Optimiser, checkpoints and the two trainings, on tiny settings."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from generator.builtin import NUM_FRAMES, SIZE
from generator.builtin.architecture import (
    LATENT_CHANNELS,
    TEXT_DIM,
    build_autoencoder,
    build_transformer,
    decode,
    encode,
    fold_statistics,
)
from generator.builtin.autoencoder import FramePool, measure_psnr
from generator.builtin.checkpoint import Schedule, load_checkpoint, save_checkpoint
from generator.builtin.dataset import encode_clips, latent_statistics, load_latents, save_latents
from generator.builtin.denoiser import (
    Batch,
    BatchSampler,
    ExponentialAverage,
    clip_loss,
    hearing_gaps,
    predict,
)
from generator.builtin.optimiser import build_optimisers, orthogonalise
from generator.builtin.text import CaptionReader
from generator.builtin.tokenizer import build_tokenizer


@pytest.mark.parametrize("shape", [(16, 40), (40, 16)])
def test_orthogonalise_brings_singular_values_close_to_one(shape: tuple[int, int]) -> None:
    values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
    assert values.min() > 0.5
    assert values.max() < 1.5


def test_optimisers_share_out_every_parameter_and_learn() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(16, 32), nn.SiLU(), nn.Linear(32, 16))
    optimisers = build_optimisers(network, lr=0.01)
    held = [p for o in optimisers for group in o.param_groups for p in group["params"]]
    assert {id(p) for p in held} == {id(p) for p in network.parameters()}
    inputs = torch.randn(64, 16)
    losses: list[float] = []
    for _ in range(40):
        loss = (network(inputs) - inputs.flip(1)).square().mean()
        loss.backward()
        losses.append(loss.item())
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
    assert losses[-1] < 0.6 * losses[0]


def test_a_checkpoint_restores_weights_optimiser_and_step(tmp_path: Path) -> None:
    network = nn.Linear(16, 16)
    optimisers = build_optimisers(network, lr=0.01)
    network(torch.ones(1, 16)).sum().backward()
    for optimiser in optimisers:
        optimiser.step()
    save_checkpoint(tmp_path / "network.pt", network, optimisers, step=7)
    other = nn.Linear(16, 16)
    restored = build_optimisers(other, lr=0.01)
    assert load_checkpoint(tmp_path / "network.pt", other, restored) == 7
    torch.testing.assert_close(other.weight, network.weight)
    assert restored[0].state_dict()["state"].keys() == optimisers[0].state_dict()["state"].keys()


def test_without_a_checkpoint_training_starts_at_step_0(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "absent.pt", nn.Linear(2, 2)) == 0


def test_the_learning_rate_warms_up_from_the_first_step_of_the_run() -> None:
    optimisers = build_optimisers(nn.Linear(16, 16), lr=1.0)
    schedule = Schedule(minutes=60, warmup_steps=10, first_step=500)
    schedule.apply(optimisers, peak=1.0, step=500)
    assert optimisers[0].param_groups[0]["lr"] == pytest.approx(0.1, rel=0.01)
    assert schedule.running


def test_crops_lie_around_the_shape_and_whole_frames_are_whole() -> None:
    pool = FramePool(seed=0, capacity=2)
    frames, coverage = pool.draw(3, 32)
    assert frames.shape == (3, 3, 32, 32)
    assert coverage.shape == (3, 1, 32, 32)
    assert (coverage.amax((1, 2, 3)) > 0).all()
    frames, _ = pool.draw(1)
    assert frames.shape == (1, 3, SIZE, SIZE)
    assert -1 <= frames.min() <= frames.max() <= 1


def test_the_autoencoder_folds_four_by_four_pixels() -> None:
    autoencoder = build_autoencoder((8, 16, 16)).eval()
    frames = torch.rand(2, 3, 16, 24) * 2 - 1
    with torch.no_grad():
        latents = encode(autoencoder, frames)
    assert latents.shape == (2, LATENT_CHANNELS, 4, 6)
    whole, shape = measure_psnr(autoencoder, frames, torch.ones(2, 1, 16, 24))
    assert whole == pytest.approx(shape)


@torch.no_grad()
def test_folding_statistics_rescales_the_latents_and_keeps_the_pictures() -> None:
    torch.manual_seed(0)
    autoencoder = build_autoencoder((8, 16, 16)).eval()
    frames = torch.rand(2, 3, 16, 16) * 2 - 1
    latents = encode(autoencoder, frames)
    pictures = decode(autoencoder, latents)
    mean, std = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    fold_statistics(autoencoder, mean, std)
    folded = encode(autoencoder, frames)
    assert folded.mean((0, 2, 3)).abs().max() < 1e-4
    assert folded.std((0, 2, 3)).sub(1).abs().max() < 1e-4
    torch.testing.assert_close(decode(autoencoder, folded), pictures, atol=1e-4, rtol=1e-4)


def test_latents_survive_the_disk(tmp_path: Path) -> None:
    autoencoder = build_autoencoder((8, 16, 16)).eval()
    mean, std = latent_statistics(autoencoder, count=1)
    assert mean.shape == std.shape == (LATENT_CHANNELS,)
    parts = [encode_clips(autoencoder, 1, seed=seed) for seed in (1, 2)]
    paths = [tmp_path / "a.pt", tmp_path / "b.pt"]
    for path, part in zip(paths, parts, strict=True):
        save_latents(path, part)
    restored = load_latents(*paths)
    assert restored.scenes == parts[0].scenes + parts[1].scenes
    assert restored.latents.shape == (2, LATENT_CHANNELS, NUM_FRAMES, SIZE // 4, SIZE // 4)
    torch.testing.assert_close(restored.latents[1:], parts[1].latents)


def _batch(clips: int, frames: int, size: int = 12) -> Batch:
    return Batch(
        latents=torch.randn(1, LATENT_CHANNELS, frames, size, size).expand(clips, -1, -1, -1, -1),
        near=torch.ones(clips, 1, frames, size, size),
        prompts=torch.randn(clips, 3, TEXT_DIM),
        visible=torch.ones(clips, 3, dtype=torch.bool),
        times=torch.arange(frames),
        shapes=torch.zeros(clips, dtype=torch.long),
    )


def test_the_denoiser_learns_a_clip_by_heart() -> None:
    torch.manual_seed(0)
    transformer = build_transformer(hidden_dim=64, num_layers=1)
    optimisers = build_optimisers(transformer, lr=0.01)
    batch = _batch(clips=4, frames=2)
    losses: list[float] = []
    for _ in range(40):
        loss = clip_loss(transformer, batch)
        loss.backward()
        losses.append(loss.item())
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


@torch.no_grad()
def test_words_behind_the_mask_change_nothing_and_frames_know_their_place() -> None:
    torch.manual_seed(0)
    transformer = build_transformer(hidden_dim=64, num_layers=2).eval()
    for parameter in transformer.parameters():
        parameter.normal_(std=0.1)
    batch = _batch(clips=1, frames=2)
    noisy, level = torch.randn(1, LATENT_CHANNELS, 2, 12, 12), torch.tensor([0.5])

    def seen(**changes: torch.Tensor) -> torch.Tensor:
        return predict(transformer, noisy, level, replace(batch, **changes))

    first_two = torch.tensor([[True, True, False]])
    other_last = batch.prompts.clone()
    other_last[:, 2] = 9
    masked = seen(visible=first_two)
    torch.testing.assert_close(seen(visible=first_two, prompts=other_last), masked)
    assert not torch.allclose(seen(prompts=other_last), seen())
    assert not torch.allclose(seen(times=torch.tensor([3, 9])), seen())


def test_batches_show_empty_prompts_as_the_pipeline_does() -> None:
    tokenizer = build_tokenizer()
    reader = CaptionReader(len(tokenizer)).eval().requires_grad_(False)
    clips = encode_clips(build_autoencoder((8, 16, 16)).eval(), 1, seed=3)
    batch = BatchSampler(clips, reader, seed=0).draw(64, frames=4)
    assert batch.latents.shape == (64, LATENT_CHANNELS, 4, SIZE // 4, SIZE // 4)
    assert batch.times.tolist() == sorted(set(batch.times.tolist()))
    assert batch.visible.sum(1).min() >= 4  # an empty prompt with its padding is not one token long


def test_a_network_that_ignores_the_prompt_has_no_gaps() -> None:
    tokenizer = build_tokenizer()
    reader = CaptionReader(len(tokenizer)).eval().requires_grad_(False)
    held_out = encode_clips(build_autoencoder((8, 16, 16)).eval(), 2, seed=3, held_out=True)
    gaps = hearing_gaps(build_transformer(64, 1), reader, held_out, count=2)
    assert gaps.pop("right") > 0
    assert gaps == {"colour": 0, "shape": 0, "motion": 0, "background": 0}


def test_the_average_follows_the_weights_slowly() -> None:
    network = nn.Linear(4, 4)
    average = ExponentialAverage(network, decay=0.9)
    before = average.module.weight.clone()
    network.weight.data += 1
    average.update(network, step=1000)
    torch.testing.assert_close(average.module.weight, before + 0.1)
