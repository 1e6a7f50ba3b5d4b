"""Single frames of fresh takes, for training and measuring the autoencoder."""

from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from torch import Tensor

from generator.builtin import NUM_FRAMES
from generator.builtin.captions import sample_scene
from generator.builtin.latents import latents_of
from generator.builtin.render import distances, draw, sample_take

SKETCH_SIZE = 36
"""Width and height of the coarse distance maps."""


@dataclass(frozen=True)
class Frames:
    """Frames, and what the renderer knows about them."""

    pixels: Tensor
    """(n, 3, height, width) in -1..1."""
    latents: Tensor
    """(n, channels, rows, columns)."""
    coverage: Tensor
    """The shape's share of each pixel, (n, 1, height, width)."""
    distance: Tensor
    """From the shape's outline in widths, (n, 1, `SKETCH_SIZE`, `SKETCH_SIZE`); inside below 0."""
    opacity: Tensor
    """The shape's, (n,): 1, or anything from 0 where it is faded."""


class FrameSampler:
    """Draws random frames of random takes; a share `turning` of them shows a spinning shape.

    Shapes at an angle are the hardest to draw, and would be one in ten. Of a share `faded` the
    shape is more or less transparent.
    """

    def __init__(
        self, seed: int, *, held_out: bool = False, turning: float = 0.0, faded: float = 0.0
    ) -> None:
        self._random = Random(seed)
        self._rng = np.random.default_rng(seed)
        self._held_out = held_out
        self._turning = turning
        self._faded = faded

    def draw(self, count: int) -> Frames:
        """Return `count` frames, each from a take of its own."""
        frames = zip(*[self._one() for _ in range(count)], strict=True)
        pixels, latents, coverage, distance, opacity = (torch.stack(parts) for parts in frames)
        pixels = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
        return Frames(pixels, latents, coverage[:, None], distance[:, None], opacity)

    def _one(self) -> tuple[Tensor, ...]:
        turning = self._random.random() < self._turning
        while True:
            scene = sample_scene(self._random, held_out=self._held_out)
            if scene.motion == "spinning" or not turning:
                break
        take = sample_take(scene, self._rng).frame(self._random.randrange(NUM_FRAMES))
        opacity = self._random.random() if self._random.random() < self._faded else 1.0
        clip, coverage = draw(take, opacity=opacity)
        return (
            torch.from_numpy(clip[0]),
            latents_of(take)[0],
            torch.from_numpy(coverage[0]),
            torch.from_numpy(distances(take, SKETCH_SIZE)[0]),
            torch.tensor(opacity),
        )
