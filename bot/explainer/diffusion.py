"""The mathematics that the pictures use: schedules, noising, predictions, steps and guidance.

A point on the way from a clip `x0` to noise is `signal * x0 + noise * eps`. Time runs as in the
papers on diffusion: 0 is the clip, 1 (or the last of T steps) is noise. Sources: docs/explainer.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = 1000
"""T of the schedules that have betas."""
_COSINE_OFFSET = 0.008
_LARGEST_BETA = 0.999


def linear_betas(steps: int = STEPS) -> Array:
    """Return beta_1 .. beta_T, as in Ho, Jain and Abbeel."""
    return np.linspace(1e-4, 0.02, steps)


def cosine_betas(steps: int = STEPS) -> Array:
    """Return beta_1 .. beta_T of Nichol and Dhariwal, none above 0.999."""
    times = np.arange(steps + 1) / steps
    kept = np.cos((times + _COSINE_OFFSET) / (1 + _COSINE_OFFSET) * np.pi / 2) ** 2
    return np.minimum(1 - kept[1:] / kept[:-1], _LARGEST_BETA)


def alpha_bars(betas: Array) -> Array:
    """Return abar_0 .. abar_T, one more than there are betas: abar_0 is 1."""
    return np.concatenate([[1.0], np.cumprod(1 - betas)])


def noised(x0: Array, eps: Array, alpha_bar: float) -> Array:
    """Return x_t of the closed form."""
    return np.sqrt(alpha_bar) * x0 + np.sqrt(1 - alpha_bar) * eps


def noised_by_steps(x0: Array, etas: Sequence[Array], betas: Array) -> Array:
    """Return x_t after as many single steps as there are noises."""
    x = x0
    for eta, beta in zip(etas, betas, strict=False):
        x = np.sqrt(1 - beta) * x + np.sqrt(beta) * eta
    return x


def merged_noise(etas: Sequence[Array], betas: Array) -> Array:
    """Return the one standard normal noise that these single steps amount to."""
    steps = len(etas)
    noise = noised_by_steps(np.zeros_like(etas[0]), etas, betas)
    return noise / np.sqrt(1 - alpha_bars(betas)[steps])


def flow_point(x0: Array, eps: Array, time: float) -> Array:
    """Return the point on the straight line from the clip (0) to the noise (1)."""
    return (1 - time) * x0 + time * eps


def shifted(time: float, shift: float) -> float:
    """Return a flow's time with more of its steps spent on noise, where `shift` is above 1."""
    return shift * time / (1 + (shift - 1) * time)


def clip_from_noise(x: Array, eps: Array, signal: float, noise: float) -> Array:
    """Return the clip that a predicted noise means."""
    return (x - noise * eps) / signal


def noise_from_clip(x: Array, x0: Array, signal: float, noise: float) -> Array:
    """Return the noise that a predicted clip means."""
    return (x - signal * x0) / noise


def clip_from_velocity(x: Array, velocity: Array, signal: float, noise: float) -> Array:
    """Return the clip that v = signal * eps - noise * x0 means, where the squares sum to 1."""
    return signal * x - noise * velocity


def clip_from_flow(x: Array, flow: Array, time: float) -> Array:
    """Return the clip that u = eps - x0 means."""
    return x - time * flow


def guided(without: Array, with_prompt: Array, scale: float) -> Array:
    """Return the prediction beyond the one with the prompt; scale 1 is that one itself."""
    return without + scale * (with_prompt - without)


@dataclass(frozen=True, eq=False)
class Clusters:
    """A world so small that the best prediction is a formula: clips lie around a few centres."""

    centres: Array
    """Shape (K, D)."""
    spread: float
    """Standard deviation around each."""

    def expected_clip(self, x: Array, signal: float, noise: float) -> Array:
        """Return the mean of all clips that x, shape (D,), may hide: what training aims at."""
        variance = (signal * self.spread) ** 2 + noise**2
        offsets = x - signal * self.centres
        likelihood = -np.sum(offsets**2, axis=1) / (2 * variance)
        weights = np.exp(likelihood - likelihood.max())
        means = self.centres + signal * self.spread**2 / variance * offsets
        return weights @ means / weights.sum()

    def flow(self, x: Array, time: float) -> Array:
        """Return the expected eps - x0 at a time above 0."""
        x0 = self.expected_clip(x, 1 - time, time)
        return noise_from_clip(x, x0, 1 - time, time) - x0


def euler_path(flow: Callable[[Array, float], Array], start: Array, times: Array) -> Array:
    """Return the points of a run over falling times, shape (len(times), D)."""
    path = [start]
    for now, after in pairwise(times.tolist()):
        path.append(path[-1] - (now - after) * flow(path[-1], now))
    return np.array(path)
