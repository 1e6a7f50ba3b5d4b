"""Backgrounds of the small world: three plain ones and five drawn scenes that move a little.

All that varies in a background is in four numbers a frame, its life: the rest is always the same.
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

LIFE_SIZE: Final = 4
"""Numbers a frame, each about -1..1; a scene that needs fewer leaves the others 0."""

Floats = npt.NDArray[np.floating]
_Colour = tuple[int, int, int]
_TURN: Final = 2 * math.pi


def sample_life(name: str, rng: np.random.Generator, num_frames: int, start: int = 0) -> Floats:
    """Draw how a background moves in one clip, from its frame `start` on: (time, `LIFE_SIZE`)."""
    life = np.zeros((num_frames, LIFE_SIZE), np.float32)
    times = np.arange(start, start + num_frames) / num_frames
    values = np.stack(_LIVES[name](rng, times), axis=1)
    life[:, : values.shape[1]] = values
    return life


def draw_background(name: str, life: Floats, size: int) -> Floats:
    """Return frames as (time, height, width, 3), 0..255."""
    return np.stack([_PAINTERS[name](moment, size) for moment in life])


# --- life -----------------------------------------------------------------------------------------

_Times = npt.NDArray[np.floating]
"""From 0 to 1 over the clip, and on in what follows it."""


def to_and_fro(time: float) -> float:
    """Turn back at 1, and again at 0: what has an end in a clip comes back in what follows it."""
    return abs((time + 1) % 2 - 1)


def _circle(angle: Floats) -> list[Floats]:
    return [np.cos(angle), np.sin(angle)]


def _shade(rng: np.random.Generator, times: _Times) -> list[Floats]:
    return [np.full(len(times), rng.normal(0, 0.5))]


def _drifting_clouds(rng: np.random.Generator, times: _Times) -> list[Floats]:
    drift = rng.uniform(0.1, 0.2) * times
    high, low = rng.uniform(0, 1, 2)
    return _circle(_TURN * (high + drift)) + _circle(_TURN * (low + drift))


def _twinkling(rng: np.random.Generator, times: _Times) -> list[Floats]:
    return _circle(rng.uniform(0, _TURN) + 5.6 * times)


def _swell(rng: np.random.Generator, times: _Times) -> list[Floats]:
    speed = rng.uniform(0.5, 0.9) * _TURN
    far, near = rng.uniform(0, _TURN, 2)
    return _circle(far + speed * times) + _circle(near + 1.3 * speed * times)


def _sway(rng: np.random.Generator, times: _Times) -> list[Floats]:
    return _circle(rng.uniform(0, _TURN) + _TURN * rng.uniform(0.3, 0.6) * times)


def _setting_sun(rng: np.random.Generator, times: _Times) -> list[Floats]:
    height = np.array([2 * to_and_fro(time) - 1 for time in times])
    return [np.full(len(times), rng.uniform(-1, 1)), height]


_LIVES: dict[str, Callable[[np.random.Generator, _Times], list[Floats]]] = {
    "white": _shade,
    "black": _shade,
    "gray": _shade,
    "sky": _drifting_clouds,
    "night": _twinkling,
    "sea": _swell,
    "grass": _sway,
    "sunset": _setting_sun,
}


# --- painting -------------------------------------------------------------------------------------


def _plain(colour: _Colour) -> Callable[[Floats, int], Floats]:
    def paint(life: Floats, size: int) -> Floats:
        shade = np.asarray(colour, np.float32) + 4 * life[0]
        return np.broadcast_to(shade, (size, size, 3)).astype(np.float32)

    return paint


def _gradient(top: _Colour, bottom: _Colour, size: int) -> Floats:
    mix = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    column = np.asarray(top, np.float32) * (1 - mix) + np.asarray(bottom, np.float32) * mix
    return np.broadcast_to(column, (size, size, 3)).copy()


def _grid(size: int) -> tuple[Floats, Floats]:
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size
    return axis[None, :], axis[:, None]


def _blend(frame: Floats, colour: _Colour, amount: Floats) -> None:
    frame += amount[..., None] * (np.asarray(colour, np.float32) - frame)


def _disc(size: int, x: float, y: float, radius: float, softness: float) -> Floats:
    across, down = _grid(size)
    distance = np.sqrt((across - x) ** 2 + (down - y) ** 2)
    return np.clip((radius - distance) / softness + 0.5, 0, 1)


def _waves(
    frame: Floats, colour: _Colour, level: float, height: float, turns: float, phase: float
) -> None:
    size = len(frame)
    across, down = _grid(size)
    edge = level + height * np.sin(_TURN * turns * across - np.float32(phase))
    _blend(frame, colour, np.clip((down - edge) * size + 0.5, 0, 1))


def _phase(cos: float, sin: float) -> float:
    return math.atan2(sin, cos)


def _sky(life: Floats, size: int) -> Floats:
    frame = _gradient((96, 168, 238), (140, 200, 246), size)
    across, down = _grid(size)
    for (cos, sin), y, width in ((life[:2], 0.2, 0.2), (life[2:], 0.7, 0.16)):
        x = np.float32(_phase(cos, sin) / _TURN)
        offset = (across - x + 0.5) % 1.0 - 0.5
        fall = 1.4 - np.sqrt((offset / width) ** 2 + ((down - y) / (0.42 * width)) ** 2)
        _blend(frame, (182, 220, 248), np.clip(fall, 0, 1))
    return frame


_STARS: Final = (
    (0.07, 0.31), (0.2, 0.73), (0.32, 0.12), (0.46, 0.52), (0.6, 0.86), (0.68, 0.34), (0.93, 0.62)
)  # fmt: skip


def _night(life: Floats, size: int) -> Floats:
    frame = _gradient((36, 38, 104), (62, 58, 132), size)
    for index, (x, y) in enumerate(_STARS):
        turn = _TURN * index / len(_STARS)
        wave = math.cos(turn) * life[0] + math.sin(turn) * life[1]
        _blend(frame, (205, 205, 225), _disc(size, x, y, 0.011, 0.016) * (0.55 + 0.35 * wave))
    _blend(frame, (196, 196, 214), _disc(size, 0.85, 0.14, 0.085, 0.01))
    return frame


def _sea(life: Floats, size: int) -> Floats:
    frame = _gradient((188, 222, 236), (212, 234, 240), size)
    far, near = _phase(*life[:2]), _phase(*life[2:])
    _waves(frame, (58, 132, 176), 0.45, 0.012, 2, far)
    _waves(frame, (44, 112, 160), 0.62, 0.018, 2, near)
    _waves(frame, (32, 92, 142), 0.8, 0.022, 1, far)
    return frame


def _grass(life: Floats, size: int) -> Floats:
    frame = _gradient((190, 226, 250), (216, 238, 250), size)
    phase = _phase(*life[:2])
    _waves(frame, (150, 206, 96), 0.5, 0.02, 1, phase)
    _waves(frame, (126, 190, 78), 0.72, 0.016, 3, phase)
    return frame


def _sunset(life: Floats, size: int) -> Floats:
    frame = _gradient((84, 62, 116), (246, 158, 118), size)
    sun = _disc(size, 0.5 + 0.2 * life[0], 0.66 + 0.04 * life[1], 0.13, 0.012)
    _blend(frame, (255, 206, 140), sun)
    _waves(frame, (66, 48, 84), 0.84, 0.012, 1, 0.0)
    return frame


_PAINTERS: dict[str, Callable[[Floats, int], Floats]] = {
    "white": _plain((250, 250, 250)),
    "black": _plain((10, 10, 12)),
    "gray": _plain((128, 128, 130)),
    "sky": _sky,
    "night": _night,
    "sea": _sea,
    "grass": _grass,
    "sunset": _sunset,
}

PLAIN: Final = ("white", "black", "gray")
