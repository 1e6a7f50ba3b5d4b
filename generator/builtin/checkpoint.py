"""What makes a training run resumable: checkpoints, and a learning rate that follows the clock."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn


@dataclass(frozen=True)
class Phase:
    """A part of the training, with a learning rate that rises and falls within it."""

    name: str
    share: float
    """Of the minutes."""
    peak: float
    """Learning rate."""
    batch: int
    """Frames a step and process."""


class Schedule:
    """A run of some minutes: warm-up by steps, then a cosine decay over the time given."""

    def __init__(self, minutes: float, warmup_steps: int, first_step: int = 0) -> None:
        self._started = time.monotonic()
        self._seconds = 60 * minutes
        self._warmup_steps = warmup_steps
        self._first_step = first_step

    @property
    def progress(self) -> float:
        """Share of the time used, 0..1 and beyond."""
        return (time.monotonic() - self._started) / self._seconds

    @property
    def running(self) -> bool:
        return self.progress < 1

    def apply(self, optimisers: list[torch.optim.Optimizer], peak: float, step: int) -> None:
        """Set every optimiser's learning rate for this step."""
        warm = min(1.0, (step - self._first_step + 1) / self._warmup_steps)
        decayed = 0.5 * (1 + math.cos(math.pi * min(1.0, self.progress)))
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = peak * warm * (0.02 + 0.98 * decayed)


def save_checkpoint(
    path: Path, module: nn.Module, optimisers: list[torch.optim.Optimizer], step: int
) -> None:
    """Write weights, optimiser state and step; a crash leaves the old file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "module": module.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in optimisers],
        "step": step,
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def load_checkpoint(
    path: Path, module: nn.Module, optimisers: list[torch.optim.Optimizer] | None = None
) -> int:
    """Restore from `path` and return the step; 0 where there is no checkpoint."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    module.load_state_dict(state["module"])
    for optimiser, saved in zip(optimisers or [], state["optimisers"], strict=False):
        optimiser.load_state_dict(saved)
    return int(state["step"])
