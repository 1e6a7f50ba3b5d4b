"""Muon for the weight matrices and convolutions, AdamW for everything else."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from generator.builtin.precision import mixed_precision
from generator.builtin.parallel import rank, sum_over_processes, world_size


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
            updates = [torch.zeros_like(parameter) for parameter in parameters]
            # each process makes its share of the updates orthogonal; the others contribute zeros
            for index, (parameter, update) in enumerate(zip(parameters, updates, strict=True)):
                direction = self._follow(parameter, group["momentum"])
                if index % world_size() == rank():
                    update.copy_(orthogonalise(direction.flatten(1)).view_as(update))
            sum_over_processes(updates)
            for parameter, update in zip(parameters, updates, strict=True):
                scale = 0.2 * max(update.flatten(1).shape) ** 0.5
                parameter.add_(update, alpha=-group["lr"] * scale)

    def _follow(self, parameter: nn.Parameter, momentum: float) -> Tensor:
        """Fold the gradient into the running mean and return where it points next."""
        gradient = parameter.grad
        assert gradient is not None
        state: dict[str, Any] = self.state[parameter]
        buffer: Tensor = state.setdefault("momentum", torch.zeros_like(gradient))
        buffer.lerp_(gradient, 1 - momentum)
        return gradient.lerp(buffer, momentum)


def orthogonalise(matrix: Tensor, steps: int = 5) -> Tensor:
    """Push all singular values of a matrix towards 1 by a quintic Newton-Schulz iteration."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    with mixed_precision():
        for _ in range(steps):
            gram = x @ x.T
            x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return (x.T if tall else x).float()


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
