"""Says what a clip shows by measuring its pixels; itself checked on ground-truth renders."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.builtin import NUM_FRAMES, SIZE
from generator.builtin.captions import Scene
from generator.builtin.render import Clip, Pose, draw_shape
from generator.builtin.scenery import PLAIN, draw_background, sample_life
from generator.builtin.vocabulary import BACKGROUNDS, COLOURS, SHAPES

Floats = npt.NDArray[np.floating]
Masks = npt.NDArray[np.bool_]
"""The shape's pixels, (time, height, width)."""

_FOREGROUND = 30.0
"""How far, in RGB units, a pixel lies from every look of its background to count as the shape."""
_SMALLEST = 16
"""Pixels below which a speck is no shape."""
_GRID = 32
_ANGLES = 36
_MOVES = 0.16
"""Travel of the centre, in units of the width, that counts as motion."""


@dataclass(frozen=True)
class Track:
    """What is measured of a clip's shape, frame by frame."""

    centres: Floats
    """(frames, x and y) in units of the width."""
    areas: Floats
    """(frames,) as shares of the frame."""
    kept_form: float
    """Mean overlap (intersection over union) of neighbouring frames' outlines, once moved onto each
    other and scaled to one size: 1 where the shape stays what it is."""
    flicker: float
    """Mean change of the background from frame to frame, in steps of 0..255."""


class Detector:
    """Knows the backgrounds' looks and the shapes' outlines for one frame size."""

    def __init__(self, size: int = SIZE, num_frames: int = NUM_FRAMES) -> None:
        rng = np.random.default_rng(0)
        self._looks = {name: _looks(name, rng, num_frames, size) for name in BACKGROUNDS}
        self._templates = {shape: _outlines(shape) for shape in SHAPES}

    def detect(self, clip: Clip) -> Scene:
        """Return the scene the clip shows; attributes that cannot be seen are ""."""
        frames = clip.astype(np.float32)
        background = self._background(frames)
        masks = self._masks(frames, background)
        seen = [index for index, mask in enumerate(masks) if mask.sum() >= _SMALLEST]
        if len(seen) < len(masks) // 2:
            return Scene("", "", "", background)
        frames, masks = frames[seen], masks[seen]
        return Scene(
            colour=_colour(frames, masks),
            shape=self._shape(masks),
            motion=_motion(frames, masks),
            background=background,
        )

    def track(self, clip: Clip) -> Track | None:
        """Follow the clip's shape; None where there is none in most of the frames."""
        frames = clip.astype(np.float32)
        masks = self._masks(frames, self._background(frames))
        seen = [index for index, mask in enumerate(masks) if mask.sum() >= _SMALLEST]
        if len(seen) < len(masks) // 2:
            return None
        calm = ~_grow(_grow(masks))
        both_calm = calm[1:] & calm[:-1]
        change = np.abs(np.diff(frames, axis=0)).mean(-1)
        return Track(
            centres=_centres(masks[seen]),
            areas=masks[seen].mean((1, 2)),
            kept_form=_kept_form(masks[seen]),
            flicker=float(change[both_calm].mean()),
        )

    def _background(self, frames: Floats) -> str:
        middle = frames[:: max(1, len(frames) // 4)]

        def distance(name: str) -> float:
            look = self._looks[name].mean(0)
            return float(np.minimum(np.linalg.norm(middle - look, axis=-1), 60).mean())

        return min(self._looks, key=distance)

    def _masks(self, frames: Floats, background: str) -> Masks:
        nearest = np.full(frames.shape[:3], np.inf, np.float32)
        for look in self._looks[background]:
            nearest = np.minimum(nearest, ((frames - look) ** 2).sum(-1))
        return _largest_component(_open(nearest > _FOREGROUND**2))

    def _shape(self, masks: Masks) -> str:
        areas = masks.sum((1, 2))
        chosen = np.argsort(areas)[-7:]
        seen = np.stack([_normalised(masks[index]) for index in chosen])

        def overlap(shape: str) -> float:
            templates = self._templates[shape]
            both = np.einsum("fyx,ayx->fa", seen, templates)
            either = seen.sum((1, 2))[:, None] + templates.sum((1, 2))[None] - both
            return float((both / either).max(1).mean())

        return max(self._templates, key=overlap)


def _looks(name: str, rng: np.random.Generator, num_frames: int, size: int) -> Floats:
    """Return frames that show how a background may look; a plain one hardly varies."""
    renders = 2 if name in PLAIN else 14
    stride = num_frames if name in PLAIN else 5
    return np.concatenate(
        [
            draw_background(name, sample_life(name, rng, num_frames)[::stride], size)
            for _ in range(renders)
        ]
    )


# --- masks ----------------------------------------------------------------------------------------


def _shifted(masks: Masks, down: int, right: int) -> Masks:
    padded = np.pad(masks, ((0, 0), (1, 1), (1, 1)))
    height, width = masks.shape[1:]
    return padded[:, 1 + down : 1 + down + height, 1 + right : 1 + right + width]


_NEIGHBOURS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def _grow(masks: Masks) -> Masks:
    return masks | np.logical_or.reduce([_shifted(masks, *step) for step in _NEIGHBOURS])


def _open(masks: Masks) -> Masks:
    """Remove specks and hairs thinner than three pixels."""
    return _grow(~_grow(~masks)) & masks


def _largest_component(masks: Masks) -> Masks:
    """Keep what hangs together with the densest spot of each frame."""
    density = masks.astype(np.float32)
    for _ in range(6):
        padded = np.pad(density, ((0, 0), (1, 1), (1, 1)))
        density = (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3
        density = (density[:, :, :-2] + density[:, :, 1:-1] + density[:, :, 2:]) / 3
    density *= masks
    kept = np.zeros_like(masks)
    for index, spot in enumerate(density.reshape(len(masks), -1).argmax(1)):
        kept[index].flat[spot] = masks[index].flat[spot]
    while True:
        grown = _grow(kept) & masks
        if (grown == kept).all():
            return kept
        kept = grown


def _centres(masks: Masks) -> Floats:
    """Return each mask's centre of mass as (frames, x and y) in units of the width."""
    size = masks.shape[1]
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size
    area = masks.sum((1, 2))
    return np.stack([masks.sum(1) @ axis / area, masks.sum(2) @ axis / area], axis=1)


# --- attributes -----------------------------------------------------------------------------------


def _colour(frames: Floats, masks: Masks) -> str:
    """Return the palette's nearest colour to the shape's brighter half, whose median is taken."""
    inner = ~_grow(~masks)
    pixels = frames[inner if inner.sum() > 50 else masks]
    brightness = pixels.sum(1)
    colour = np.median(pixels[brightness >= np.median(brightness)], axis=0)
    return min(COLOURS, key=lambda name: math.dist(colour, COLOURS[name]))


@dataclass(frozen=True)
class _Travel:
    """How the shape's centre and area change over the clip."""

    across: float
    down: float
    reversals: float
    growth: float


def _travel(masks: Masks) -> _Travel:
    x, y = _centres(masks).T
    areas = masks.sum((1, 2)).astype(np.float64)
    reach = float(np.ptp(y))
    return _Travel(
        across=float(x[-3:].mean() - x[:3].mean()),
        down=float(y[-3:].mean() - y[:3].mean()),
        reversals=float(np.abs(np.diff(y)).sum() / max(reach, 1e-6)),
        growth=math.log(areas[-3:].mean() / areas[:3].mean()),
    )


def _motion(frames: Floats, masks: Masks) -> str:
    travel = _travel(masks)
    width, height = (float(reach) for reach in np.ptp(_centres(masks), axis=0))
    if abs(travel.growth) > 0.75:
        return "growing" if travel.growth > 0 else "shrinking"
    if width > _MOVES and height > _MOVES:
        return "orbiting"
    if height > max(_MOVES, width):
        if travel.reversals > 1.6:
            return "bouncing"
        return "moving down" if travel.down > 0 else "moving up"
    if width > _MOVES:
        return "moving right" if travel.across > 0 else "moving left"
    return "spinning" if _turns(frames, masks) else "still"


def _turns(frames: Floats, masks: Masks) -> bool:
    """Whether the outline turns away from where it began, or the inside changes under it."""
    both, either = (masks & masks[0]).sum((1, 2)), (masks | masks[0]).sum((1, 2))
    inside = masks.all(0)
    if not inside.any():
        return True
    change = np.abs(frames[:, inside] - frames[0, inside]).sum(-1).mean(-1)
    return bool((both / either).min() < 0.84 or change.max() > 60)


# --- templates ------------------------------------------------------------------------------------


def _normalised(mask: npt.NDArray[np.bool_]) -> Floats:
    """Resample a mask to a small grid around its centre, scaled to a fixed area."""
    size = mask.shape[0]
    x, y = _centres(mask[None])[0] * size
    step = math.sqrt(float(mask.sum())) * 2.0 / _GRID
    offsets = (np.arange(_GRID) - (_GRID - 1) / 2) * step
    rows = np.floor(y + offsets).astype(int)
    columns = np.floor(x + offsets).astype(int)
    inside = ((rows >= 0) & (rows < size))[:, None] & ((columns >= 0) & (columns < size))[None]
    taken = mask[np.clip(rows, 0, size - 1)[:, None], np.clip(columns, 0, size - 1)[None]]
    return (taken & inside).astype(np.float32)


def _kept_form(masks: Masks) -> float:
    outlines = np.stack([_normalised(mask) for mask in masks])
    before, after = outlines[:-1], outlines[1:]
    both = np.minimum(before, after).sum((1, 2))
    return float((both / np.maximum(before, after).sum((1, 2))).mean())


def _outlines(shape: str) -> Floats:
    """Return the shape turned through a full circle, each normalised: (angles, grid, grid)."""
    turned = [
        draw_shape(shape, Pose(0.5, 0.5, 0.3, 2 * math.pi * index / _ANGLES), 160) > 0.5
        for index in range(_ANGLES)
    ]
    return np.stack([_normalised(mask) for mask in turned])
