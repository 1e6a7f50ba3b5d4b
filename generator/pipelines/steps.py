"""The same progress and cancellation for every class: at the steps of its scheduler."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import torch

from generator.runtime import OnProgress

Steps = dict[str, list[float]]
"""Timesteps or sigmas, by the name of the argument."""


def reporting_scheduler(
    scheduler: Any,
    on_progress: OnProgress,
    generator: torch.Generator,
    *,
    total_steps: int | None = None,
    steps: Steps,
) -> Any:
    """Return a fresh copy of a scheduler that reports each of its steps.

    Every pipeline calls its scheduler once a step, but not every class has a callback. A copy,
    because an aborted run leaves its state behind; a copy that the pipeline makes of it (LTX-2, for
    the sound) reports nothing. `total_steps` is for those that set their timesteps several times,
    `steps` replace those the pipeline asks for, and noise that is added on the way comes from the
    generator, which not every class hands on.
    """
    fresh = _copy(scheduler)
    report = _Report(fresh, on_progress, total_steps)
    fresh.__deepcopy__ = lambda _: _copy(scheduler)
    fresh.set_timesteps = _reporting_set_timesteps(fresh, report, steps)
    fresh.step = _reporting_step(fresh, report, generator)
    return fresh


def _copy(scheduler: Any) -> Any:
    return type(scheduler).from_config(scheduler.config)


class _Report:
    """Counts the steps of one run; raises what `on_progress` raises."""

    def __init__(self, scheduler: Any, on_progress: OnProgress, total_steps: int | None) -> None:
        self._scheduler = scheduler
        self._on_progress = on_progress
        self._total_steps = total_steps
        self._done: int | None = None

    def begin(self) -> None:
        """Say that denoising begins, the first time."""
        if self._done is None:
            self._done = 0
            self._on_progress("denoising", 0, self._total)

    def step(self) -> None:
        """Say that a step is done, and after the last that decoding begins."""
        assert self._done is not None
        self._done += 1
        self._on_progress("denoising", self._done, self._total)
        if self._done == self._total:
            self._on_progress("decoding", 0, 0)

    @property
    def _total(self) -> int:
        return self._total_steps or len(self._scheduler.timesteps)


def _reporting_set_timesteps(scheduler: Any, report: _Report, steps: Steps) -> Callable[..., None]:
    set_timesteps = scheduler.set_timesteps

    @functools.wraps(set_timesteps)  # pipelines look at the signature
    def wrapper(*args: Any, **kwargs: Any) -> None:
        if steps:
            set_timesteps(device=kwargs.get("device"), **steps)
        else:
            set_timesteps(*args, **kwargs)
        report.begin()

    return wrapper


def _reporting_step(
    scheduler: Any, report: _Report, generator: torch.Generator
) -> Callable[..., Any]:
    step = scheduler.step
    takes_generator = "generator" in inspect.signature(step).parameters

    @functools.wraps(step)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if takes_generator:
            kwargs.setdefault("generator", generator)
        result = step(*args, **kwargs)
        report.step()
        return result

    return wrapper
