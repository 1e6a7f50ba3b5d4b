"""The training loop that decoder, encoder and denoiser share."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from generator.builtin import parallel
from generator.builtin.checkpoint import Phase, Schedule

_WARMUP_STEPS = 50


def train_phases(
    worker: Callable[[Path, float, Phase], None],
    checkpoint: Path,
    phases: tuple[Phase, ...],
    minutes: float,
    processes: int,
) -> None:
    """Run `worker` through the phases, or where there is a checkpoint, on in the last of them.

    It gets the checkpoint's folder, the phase's minutes and the phase.
    """
    started = checkpoint.exists()
    for phase in phases[-1:] if started else phases:
        share = 1.0 if started else phase.share
        parallel.launch(worker, processes, checkpoint.parent, minutes * share, phase)


def take_steps(
    module: nn.Module,
    optimisers: list[torch.optim.Optimizer],
    loss: Callable[[], Tensor],
    after: Callable[[int, float], None],
    *,
    minutes: float,
    peak: float,
    step: int,
) -> int:
    """Minimise `loss` for `minutes` in all processes together; return the number of the last step.

    `step` is how many were taken before, `peak` the highest learning rate. `after` is told each
    step's number and loss. Only the gradients of `module` are clipped.
    """
    schedule = Schedule(minutes, _WARMUP_STEPS, step)
    learning = [p for o in optimisers for group in o.param_groups for p in group["params"]]
    while parallel.agree(schedule.running):
        schedule.apply(optimisers, peak, step)
        value = loss()
        value.backward()
        parallel.average(p.grad for p in learning if p.grad is not None)
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        step += 1
        after(step, value.item())
    return step
