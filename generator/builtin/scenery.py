"""Backgrounds of the small world: three plain ones and five drawn scenes that move a little."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

PLAIN: Final = ("white", "black", "gray")
Floats = npt.NDArray[np.floating]
_Colour = tuple[int, int, int]


def draw_background(name: str, rng: np.random.Generator, num_frames: int, size: int) -> Floats:
    """Return frames as (time, height, width, 3), 0..255, with slow changes over time."""
    return _PAINTERS[name](rng, num_frames, size)


def _plain(colour: _Colour) -> Callable[[np.random.Generator, int, int], Floats]:
    def paint(rng: np.random.Generator, num_frames: int, size: int) -> Floats:
        shade = np.asarray(colour, np.float32) + np.float32(rng.normal(0, 2))
        return np.broadcast_to(shade, (num_frames, size, size, 3)).astype(np.float32)

    return paint


def _gradient(top: _Colour, bottom: _Colour, num_frames: int, size: int) -> Floats:
    mix = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    column = np.asarray(top, np.float32) * (1 - mix) + np.asarray(bottom, np.float32) * mix
    return np.broadcast_to(column, (num_frames, size, size, 3)).copy()


def _grid(size: int) -> tuple[Floats, Floats]:
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size
    return axis[None, :], axis[:, None]


def _blend(frame: Floats, colour: _Colour, amount: Floats) -> None:
    frame += amount[..., None] * (np.asarray(colour, np.float32) - frame)


def _disc(size: int, x: float, y: float, radius: float, softness: float) -> Floats:
    across, down = _grid(size)
    distance = np.sqrt((across - x) ** 2 + (down - y) ** 2)
    return np.clip((radius - distance) / softness + 0.5, 0, 1)


def _sky(rng: np.random.Generator, num_frames: int, size: int) -> Floats:
    frames = _gradient((96, 168, 238), (140, 200, 246), num_frames, size)
    across, down = _grid(size)
    clouds = [(float(rng.uniform(0, 1)), y, float(rng.uniform(0.15, 0.22))) for y in (0.2, 0.7)]
    drift = float(rng.uniform(0.1, 0.2))
    for index in range(num_frames):
        for x, y, width in clouds:
            offset = (across - x - drift * index / num_frames + 0.5) % 1.0 - 0.5
            fall = 1.4 - np.sqrt((offset / width) ** 2 + ((down - y) / (0.42 * width)) ** 2)
            _blend(frames[index], (182, 220, 248), np.clip(fall, 0, 1))
    return frames


def _night(rng: np.random.Generator, num_frames: int, size: int) -> Floats:
    frames = _gradient((36, 38, 104), (62, 58, 132), num_frames, size)
    stars = [
        (float(x), float(rng.uniform(0.06, 0.9)), float(rng.uniform(0, 6.28)))
        for x in (np.arange(7) + rng.uniform(0.2, 0.8, 7)) / 7
    ]
    dots = [(_disc(size, x, y, 0.011, 0.016), phase) for x, y, phase in stars]
    moon = _disc(size, 0.85, 0.14, 0.085, 0.01)
    for index in range(num_frames):
        for dot, phase in dots:
            glow = 0.55 + 0.35 * math.sin(phase + 0.35 * index)
            _blend(frames[index], (205, 205, 225), dot * np.float32(glow))
        _blend(frames[index], (196, 196, 214), moon)
    return frames


def _waves(
    frames: Floats, colour: _Colour, level: float, height: float, turns: float, speed: float
) -> None:
    size = frames.shape[1]
    across, down = _grid(size)
    for index, frame in enumerate(frames):
        edge = level + height * np.sin(2 * math.pi * (turns * across - speed * index / len(frames)))
        _blend(frame, colour, np.clip((down - edge) * size + 0.5, 0, 1))


def _sea(rng: np.random.Generator, num_frames: int, size: int) -> Floats:
    frames = _gradient((188, 222, 236), (212, 234, 240), num_frames, size)
    speed = float(rng.uniform(0.5, 0.9))
    _waves(frames, (58, 132, 176), 0.45, 0.012, 2, speed)
    _waves(frames, (44, 112, 160), 0.62, 0.018, 2, speed * 1.3)
    _waves(frames, (32, 92, 142), 0.8, 0.022, 1, speed)
    return frames


def _grass(rng: np.random.Generator, num_frames: int, size: int) -> Floats:
    frames = _gradient((190, 226, 250), (216, 238, 250), num_frames, size)
    sway = float(rng.uniform(0.3, 0.6))
    _waves(frames, (150, 206, 96), 0.5, 0.02, 1, sway)
    _waves(frames, (126, 190, 78), 0.72, 0.016, 3, sway)
    return frames


def _sunset(rng: np.random.Generator, num_frames: int, size: int) -> Floats:
    frames = _gradient((84, 62, 116), (246, 158, 118), num_frames, size)
    x = float(rng.uniform(0.3, 0.7))
    for index, frame in enumerate(frames):
        sun = _disc(size, x, 0.62 + 0.08 * index / num_frames, 0.13, 0.012)
        _blend(frame, (255, 206, 140), sun)
    _waves(frames, (66, 48, 84), 0.84, 0.012, 1, 0.0)
    return frames


_PAINTERS: dict[str, Callable[[np.random.Generator, int, int], Floats]] = {
    "white": _plain((250, 250, 250)),
    "black": _plain((10, 10, 12)),
    "gray": _plain((128, 128, 130)),
    "sky": _sky,
    "night": _night,
    "sea": _sea,
    "grass": _grass,
    "sunset": _sunset,
}
