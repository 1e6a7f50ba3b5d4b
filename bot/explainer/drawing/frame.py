"""A frame to bury in noise: a heart in the sky, drawn here, in the range -1 .. 1 of a model."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from bot.explainer.diffusion import Array

_SIZE = 40
_FINER = 8
_SEED = 3


def heart() -> Array:
    """Return the frame, shape (size, size, 3)."""
    side = _SIZE * _FINER
    picture = Image.new("RGB", (side, side), "#4d9de0")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((side * 0.55, side * 0.06, side * 1.15, side * 0.26), fill="#e4f1fb")
    angles = np.linspace(0, 2 * np.pi, 200)
    across = 16 * np.sin(angles) ** 3
    up = 13 * np.cos(angles) - 5 * np.cos(2 * angles) - 2 * np.cos(3 * angles) - np.cos(4 * angles)
    points = [
        (side * (0.5 + x / 46), side * (0.54 - y / 46)) for x, y in zip(across, up, strict=True)
    ]
    draw.polygon(points, fill="#e4343f")
    small = picture.filter(ImageFilter.BoxBlur(_FINER / 2)).resize(
        (_SIZE, _SIZE), Image.Resampling.BOX
    )
    return np.asarray(small, dtype=np.float64) / 127.5 - 1


def noise(index: int = 0) -> Array:
    """Return one of many standard normal noises of a frame's shape, always the same ones."""
    return np.random.default_rng(_SEED + index).standard_normal((_SIZE, _SIZE, 3))


def to_pixels(frame: Array) -> NDArray[np.uint8]:
    """Return what a screen shows of a frame: what is out of range is cut off."""
    return np.clip(np.rint((frame + 1) * 127.5), 0, 255).astype(np.uint8)
