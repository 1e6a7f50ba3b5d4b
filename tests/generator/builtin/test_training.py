"""What the trainings share: optimiser, checkpoints, schedule, averages."""

from pathlib import Path

import pytest
import torch
from torch import nn

from generator.builtin.checkpoint import Schedule, load_checkpoint, save_checkpoint
from generator.builtin.denoiser import ExponentialAverage
from generator.builtin.optimiser import build_optimisers, orthogonalise


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


def test_the_average_follows_the_weights_slowly() -> None:
    network = nn.Linear(4, 4)
    average = ExponentialAverage(network, decay=0.9)
    before = average.module.weight.clone()
    network.weight.data += 1
    average.update(network, step=1000)
    torch.testing.assert_close(average.module.weight, before + 0.1)
