"""Muon for the weight matrices and convolutions, AdamW for everything else."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from generator.builtin.parallel import rank, sum_over_processes, world_size
from generator.builtin.precision import FAST_DTYPE


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal: every direction of a matrix learns at one pace.

    Convolution kernels count as matrices (outputs x the rest). The update is scaled to the RMS that
    AdamW would give, so both share one learning rate.
    """

    def __init__(self, parameters: list[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Apply one update; `closure` is accepted for the base class and not used."""
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            directions = [
                self._follow(parameter, group["momentum"]).flatten(1) for parameter in parameters
            ]
            updates = _orthogonalise_together(directions)
            for parameter, update in zip(parameters, updates, strict=True):
                scale = 0.2 * max(update.shape) ** 0.5
                parameter.add_(update.view_as(parameter), alpha=-group["lr"] * scale)

    def _follow(self, parameter: nn.Parameter, momentum: float) -> Tensor:
        """Fold the gradient into the running mean and return where it points next."""
        gradient = parameter.grad
        assert gradient is not None
        state: dict[str, Any] = self.state[parameter]
        buffer: Tensor = state.setdefault("momentum", torch.zeros_like(gradient))
        buffer.lerp_(gradient, 1 - momentum)
        return gradient.lerp(buffer, momentum)


def _orthogonalise_together(matrices: list[Tensor]) -> list[Tensor]:
    """Make every matrix orthogonal; each process does its share, equal shapes in one stack."""
    results = [torch.zeros_like(matrix) for matrix in matrices]
    mine: defaultdict[torch.Size, list[int]] = defaultdict(list)
    for index in range(rank(), len(matrices), world_size()):
        mine[matrices[index].shape].append(index)
    for indices in mine.values():
        stack = orthogonalise(torch.stack([matrices[index] for index in indices]))
        for index, matrix in zip(indices, stack, strict=True):
            results[index].copy_(matrix)
    sum_over_processes(results)
    return results


def orthogonalise(matrices: Tensor, steps: int = 5) -> Tensor:
    """Push the singular values of matrices (..., rows, columns) towards 1: Newton-Schulz, quintic.

    Coefficients: Keller Jordan, "Muon", 2024.
    """
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = (x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)).to(FAST_DTYPE)
    for _ in range(steps):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * (gram @ gram)) @ x
    return (x.mT if tall else x).to(matrices.dtype)


def build_optimisers(module: nn.Module, lr: float) -> list[torch.optim.Optimizer]:
    """Split the module's trainable parameters between Muon and AdamW."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            is_matrix = parameter.ndim >= 2 and min(parameter.flatten(1).shape) >= 16
            hidden = is_matrix and "pos_frequencies" not in name and "embed" not in name
            (matrices if hidden else others).append(parameter)
    return [Muon(matrices, lr), torch.optim.AdamW(others, lr, betas=(0.9, 0.98), weight_decay=0.0)]
