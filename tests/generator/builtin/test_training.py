"""Optimiser, checkpoints and the two trainings, on tiny settings."""

from pathlib import Path

import pytest
import torch
from torch import nn

from generator.builtin.architecture import TEXT_DIM, build_autoencoder, build_transformer, encode
from generator.builtin.autoencoder import ClipPool, measure_psnr
from generator.builtin.checkpoint import Schedule, load_checkpoint, save_checkpoint
from generator.builtin.dataset import encode_clips, load_latents, measure_latents, save_latents
from generator.builtin.denoiser import ExponentialAverage, use_dense_attention, velocity_loss
from generator.builtin.optimiser import build_optimisers, orthogonalise

pytestmark = [
    pytest.mark.filterwarnings("ignore:CPU Autocast only supports"),
    pytest.mark.filterwarnings("ignore:In CPU autocast"),
]


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


def test_crops_lie_around_the_shape_and_whole_clips_are_whole() -> None:
    pool = ClipPool(seed=0, capacity=2)
    clips, coverage = pool.crops(2, 32)
    assert clips.shape == (2, 3, 13, 32, 32)
    assert coverage.shape == (2, 1, 13, 32, 32)
    clips, _ = pool.whole(1)
    assert clips.shape == (1, 3, 19, 96, 96)
    assert -1 <= clips.min() <= clips.max() <= 1


def test_the_autoencoder_folds_six_frames_and_eight_pixels() -> None:
    autoencoder = build_autoencoder().eval()
    clips = torch.rand(1, 3, 7, 16, 16) * 2 - 1
    with torch.no_grad():
        latents = encode(autoencoder, clips)
    assert latents.shape == (1, 12, 2, 2, 2)
    whole, shape = measure_psnr(autoencoder, clips, torch.ones(1, 1, 7, 16, 16))
    assert whole == pytest.approx(shape)


def test_latents_are_normalised_by_the_measured_statistics(tmp_path: Path) -> None:
    torch.manual_seed(0)
    autoencoder = build_autoencoder().eval()
    measure_latents(autoencoder, count=2)
    encoded = encode_clips(autoencoder, 2, seed=2)
    assert encoded.latents.float().std((0, 2, 3, 4)).sub(1).abs().max() < 0.05
    save_latents(tmp_path / "latents.pt", encoded)
    restored = load_latents(tmp_path / "latents.pt")
    assert restored.scenes == encoded.scenes
    torch.testing.assert_close(restored.latents, encoded.latents)


def test_dense_attention_gives_what_the_stock_attention_gives() -> None:
    torch.manual_seed(0)
    transformer = build_transformer(hidden_dim=64, num_layers=2).eval()
    mask = torch.tensor([[True] * 5, [True, True, False, False, False]])
    inputs = (torch.randn(2, 12, 2, 6, 6), torch.randn(2, 5, TEXT_DIM), torch.tensor([10.0, 900.0]))
    with torch.no_grad():
        stock = transformer(*inputs, mask, return_dict=False)[0]
        use_dense_attention(transformer)
        dense = transformer(*inputs, mask, return_dict=False)[0]
    torch.testing.assert_close(dense, stock, atol=1e-5, rtol=1e-4)


def test_the_denoiser_learns_a_clip_by_heart() -> None:
    torch.manual_seed(0)
    transformer = build_transformer(hidden_dim=64, num_layers=2)
    use_dense_attention(transformer)
    optimisers = build_optimisers(transformer, lr=0.01)
    latents, near = torch.randn(1, 12, 2, 6, 6).expand(8, -1, -1, -1, -1), torch.ones(8, 1, 2, 6, 6)
    prompts, mask = torch.randn(8, 3, TEXT_DIM), torch.ones(8, 3, dtype=torch.bool)
    losses: list[float] = []
    for _ in range(60):
        loss = velocity_loss(transformer, latents, near, prompts, mask)
        loss.backward()
        losses.append(loss.item())
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


def test_the_average_follows_the_weights_slowly() -> None:
    network = nn.Linear(4, 4)
    average = ExponentialAverage(network, decay=0.9)
    before = average.module.weight.clone()
    network.weight.data += 1
    average.update(network, step=1000)
    torch.testing.assert_close(average.module.weight, before + 0.1)
