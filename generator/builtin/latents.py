"""The latents: every cell of a coarse map says, in numbers, what the frame shows and where.

Most autoencoders find their latents by themselves. The renderer knows what is in a frame, so these
are chosen, and encoder and decoder learn to read and draw them: where the shape lies as seen from
the cell, its radius, kind, turn and colour, and the background with its life. They are what a small
denoiser can handle: a path is a straight line in them, and a decoder needs only the cells nearby.
"""

import math
from typing import Final

import numpy as np
import torch
from torch import Tensor

from generator.builtin import SIZE
from generator.builtin.render import Take
from generator.builtin.scenery import LIFE_SIZE
from generator.builtin.vocabulary import BACKGROUNDS, SHAPES

CELL: Final = 16
"""Width and height of a cell in pixels."""
GRID: Final = SIZE // CELL
"""Cells across and down."""

_PARTS: Final = {
    "seen from the cell": (2, 0.0, 0.3),
    "centre": (2, 0.5, 0.15),
    "radius": (1, 0.19, 0.08),
    "shape": (len(SHAPES), 1 / len(SHAPES), 0.37),
    "turn": (2, 0.0, 0.7),
    "colour": (3, 128.0, 95.0),
    "two tones": (1, 0.0, 0.3),
    "background": (len(BACKGROUNDS), 1 / len(BACKGROUNDS), 0.33),
    "life": (LIFE_SIZE, 0.0, 0.6),
}
"""Channels of each part, with their mean and deviation, which are taken out."""

LATENT_CHANNELS: Final = sum(count for count, _, _ in _PARTS.values())
_MEAN: Final = torch.tensor([mean for count, mean, _ in _PARTS.values() for _ in range(count)])
_DEVIATION: Final = torch.tensor([dev for count, _, dev in _PARTS.values() for _ in range(count)])

_WEIGHTS: Final = {"seen from the cell": 4.0, "centre": 4.0, "radius": 4.0, "turn": 2.0}
"""How much more than the others these parts count: an eye sees a tremble of a pixel."""

_SYMMETRY: Final = {"square": 4, "cross": 4, "star": 5}
"""In how many positions a turning shape looks the same, where more than one."""


def channels(part: str) -> slice:
    """Return where a part's channels are."""
    start = 0
    for name, (count, _, _) in _PARTS.items():
        if name == part:
            return slice(start, start + count)
        start += count
    raise KeyError(part)


def channel_weights() -> Tensor:
    """Return what each channel counts in the denoiser's loss, (channels,); they sum to 1."""
    weights = [
        _WEIGHTS.get(name, 1.0) for name, (count, _, _) in _PARTS.items() for _ in range(count)
    ]
    return torch.tensor(weights) / sum(weights)


def describe(take: Take) -> Tensor:
    """Return what every frame shows, without the view from the cells: (time, channels - 2)."""
    shape = [float(name == take.scene.shape) for name in SHAPES]
    background = [float(name == take.scene.background) for name in BACKGROUNDS]
    symmetry = _SYMMETRY.get(take.scene.shape, 1)
    rows = [
        [
            pose.x, pose.y, pose.radius, *shape,
            math.cos(symmetry * pose.angle), math.sin(symmetry * pose.angle),
            *take.colour, float(take.two_tone), *background, *life,
        ]
        for pose, life in zip(take.poses, take.life, strict=True)
    ]  # fmt: skip
    return torch.from_numpy(np.asarray(rows, np.float32))


def spread(description: Tensor) -> Tensor:
    """Return the latents of descriptions (..., channels - 2): (..., channels, `GRID`, `GRID`)."""
    axis = (torch.arange(GRID, dtype=torch.float32) + 0.5) / GRID
    cells = torch.stack(torch.meshgrid(axis, axis, indexing="xy"))
    described = description[..., None, None].expand(*description.shape, GRID, GRID)
    values = torch.cat([described[..., :2, :, :] - cells, described], -3)
    return (values - _MEAN[:, None, None]) / _DEVIATION[:, None, None]


def latents_of(take: Take) -> Tensor:
    """Return a take's latents, (time, channels, `GRID`, `GRID`)."""
    return spread(describe(take))
