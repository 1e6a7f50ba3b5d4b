"""Draws scenes as ground-truth clips: anti-aliased shapes over backgrounds with a little life."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from generator.builtin import NUM_FRAMES, SIZE
from generator.builtin.captions import Scene
from generator.builtin.scenery import draw_background, sample_life, to_and_fro
from generator.builtin.vocabulary import COLOURS

Floats = npt.NDArray[np.floating]
Clip = npt.NDArray[np.uint8]
"""Frames as (time, height, width, 3)."""


@dataclass(frozen=True)
class Pose:
    """Where the shape is in a frame: centre and radius in units of the width, angle in radians."""

    x: float
    y: float
    radius: float
    angle: float = 0.0


@dataclass(frozen=True)
class Take:
    """One performance of a scene: all that its frames show, in numbers."""

    scene: Scene
    colour: Floats
    """The shape's RGB, 0..255."""
    poses: list[Pose]
    life: Floats
    """The background's, (time, `LIFE_SIZE`)."""

    @property
    def two_tone(self) -> bool:
        """Whether half of the shape is darker, without which a circle could not be seen to spin."""
        return self.scene.shape == "circle" and self.scene.motion == "spinning"

    def frame(self, index: int) -> "Take":
        """Return the take cut down to one frame."""
        return replace(self, poses=[self.poses[index]], life=self.life[index : index + 1])


def sample_take(
    scene: Scene, rng: np.random.Generator, num_frames: int = NUM_FRAMES, start: int = 0
) -> Take:
    """Draw a path, a size, a tint and a background's life for the scene.

    The take begins with frame `start`: from `num_frames` on it is what follows a clip of that many.
    """
    colour = np.clip(np.asarray(COLOURS[scene.colour]) + rng.normal(0.0, 3.0, 3), 0, 255)
    life = sample_life(scene.background, rng, num_frames, start)
    return Take(scene, colour.astype(np.float32), poses(scene, rng, num_frames, start), life)


def draw(take: Take, size: int = SIZE, opacity: float = 1.0) -> tuple[Clip, Floats]:
    """Return the clip and the shape's coverage, both over time; coverage is 0..1 per pixel.

    At an `opacity` below 1 the background shines through the shape, which covers as much as ever.
    """
    frames = draw_background(take.scene.background, take.life, size)
    coverage = np.zeros((len(frames), size, size), np.float32)
    for index, pose in enumerate(take.poses):
        window = _window(pose, size)
        outline, u = _coverage(take.scene.shape, pose, size, window)
        coverage[index][window] = outline
        shade = np.where(u < 0, 1.0, 0.5) if take.two_tone else np.ones_like(u)
        below = frames[index][window]
        below += opacity * outline[..., None] * (take.colour * shade[..., None] - below)
    return np.clip(frames + 0.5, 0, 255).astype(np.uint8), coverage


def render(
    scene: Scene, rng: np.random.Generator, num_frames: int = NUM_FRAMES, size: int = SIZE
) -> tuple[Clip, Floats]:
    """Sample a take of the scene and draw it."""
    return draw(sample_take(scene, rng, num_frames), size)


# --- motion ---------------------------------------------------------------------------------------

_RADII = {"small": (0.11, 0.135), "medium": (0.165, 0.21), "big": (0.245, 0.285)}


def poses(scene: Scene, rng: np.random.Generator, num_frames: int, start: int = 0) -> list[Pose]:
    """Draw a path for the scene's motion: places, speeds and radii differ from clip to clip."""
    radius = float(rng.uniform(*_RADII[scene.size]))
    path = _PATHS[scene.motion](radius, rng)
    return [path((start + frame) / (num_frames - 1)) for frame in range(num_frames)]


Path = Callable[[float], Pose]


def _place(radius: float, rng: np.random.Generator, reach: float = 0.5) -> float:
    """Draw a coordinate that keeps the shape inside the frame, at most `reach` off the centre."""
    room = min(reach, max(0.0, 0.5 - radius * 1.08))
    return float(0.5 + rng.uniform(-room, room))


def _straight(dx: int, dy: int) -> Callable[[float, np.random.Generator], Path]:
    def build(radius: float, rng: np.random.Generator) -> Path:
        room = max(0.16, 0.5 - radius)
        start, end = -room * rng.uniform(0.7, 1.0), room * rng.uniform(0.7, 1.0)
        across = _place(radius, rng, 0.25)

        def path(t: float) -> Pose:
            along = start + (end - start) * to_and_fro(t)
            x = 0.5 + dx * along if dx else across
            y = 0.5 + dy * along if dy else across
            return Pose(x, y, radius)

        return path

    return build


def _bouncing(radius: float, rng: np.random.Generator) -> Path:
    x, floor = _place(radius, rng, 0.25), 0.97 - radius
    height, phase = rng.uniform(0.3, 0.4), rng.uniform(0.0, 1.0)
    return lambda t: Pose(x, floor - height * abs(math.sin(math.pi * (2.0 * t + phase))), radius)


def _spinning(radius: float, rng: np.random.Generator) -> Path:
    radius *= 1.1
    x, y = _place(radius, rng, 0.2), _place(radius, rng, 0.2)
    turn = rng.uniform(0.8, 1.1) * math.pi
    return lambda t: Pose(x, y, radius, turn * t)


def _scaling(grows: bool) -> Callable[[float, np.random.Generator], Path]:
    def build(radius: float, rng: np.random.Generator) -> Path:
        low, high = radius * rng.uniform(0.45, 0.55), radius * rng.uniform(1.3, 1.5)
        x, y = _place(high, rng, 0.2), _place(high, rng, 0.2)

        def path(t: float) -> Pose:
            share = to_and_fro(t if grows else 1.0 + t)
            return Pose(x, y, low + (high - low) * share)

        return path

    return build


def _orbiting(radius: float, rng: np.random.Generator) -> Path:
    around = float(min(rng.uniform(0.2, 0.26), max(0.14, 0.5 - radius * 1.08)))
    phase = rng.uniform(0, 2 * math.pi)

    def path(t: float) -> Pose:
        angle = phase + 2 * math.pi * 0.95 * t
        return Pose(0.5 + around * math.cos(angle), 0.5 + around * math.sin(angle), radius)

    return path


def _still(radius: float, rng: np.random.Generator) -> Path:
    x, y = _place(radius, rng, 0.25), _place(radius, rng, 0.25)
    return lambda t: Pose(x, y, radius)


_PATHS: dict[str, Callable[[float, np.random.Generator], Path]] = {
    "moving right": _straight(1, 0),
    "moving left": _straight(-1, 0),
    "moving up": _straight(0, -1),
    "moving down": _straight(0, 1),
    "bouncing": _bouncing,
    "spinning": _spinning,
    "growing": _scaling(grows=True),
    "shrinking": _scaling(grows=False),
    "orbiting": _orbiting,
    "still": _still,
}


# --- shapes ---------------------------------------------------------------------------------------


def draw_shape(shape: str, pose: Pose, size: int) -> Floats:
    """Return the shape's coverage of a whole frame, 0..1 per pixel."""
    return _coverage(shape, pose, size, (slice(0, size), slice(0, size)))[0]


def distances(take: Take, grid: int) -> Floats:
    """Return about how far the middles of `grid` x `grid` squares are from the outline.

    In widths, (time, grid, grid); negative inside the shape.
    """
    axis = (np.arange(grid, dtype=np.float32) + 0.5) / grid
    return np.stack(
        [
            _DISTANCES[take.scene.shape](*_own_frame(pose, axis[None], axis[:, None])) * pose.radius
            for pose in take.poses
        ]
    ).astype(np.float32)


def _own_frame(pose: Pose, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return coordinates as the shape sees them, in radii."""
    x, y = x - np.float32(pose.x), y - np.float32(pose.y)
    cos, sin = math.cos(pose.angle), math.sin(pose.angle)
    return (cos * x + sin * y) / pose.radius, (cos * y - sin * x) / pose.radius


def _window(pose: Pose, size: int) -> tuple[slice, slice]:
    """Return the rows and columns the shape may touch; the rest of the frame needs no work."""
    reach = 1.4 * pose.radius
    return tuple(
        slice(max(0, int((centre - reach) * size)), max(0, int((centre + reach) * size) + 2))
        for centre in (pose.y, pose.x)
    )  # pyright: ignore[reportReturnType]


def _coverage(
    shape: str, pose: Pose, size: int, window: tuple[slice, slice]
) -> tuple[Floats, Floats]:
    """Return per-pixel coverage 0..1 and the horizontal coordinate in the shape's own frame."""
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size
    u, v = _own_frame(pose, axis[None, window[1]], axis[window[0], None])
    pixels = _DISTANCES[shape](u, v) * (pose.radius * size)
    return np.clip(0.5 - pixels, 0.0, 1.0).astype(np.float32), u


def _circle(u: Floats, v: Floats) -> Floats:
    return np.sqrt(u * u + v * v) - 1.0


def _square(u: Floats, v: Floats) -> Floats:
    return np.maximum(np.abs(u), np.abs(v)) - 0.88


def _cross(u: Floats, v: Floats) -> Floats:
    u, v = np.abs(u), np.abs(v)
    return np.maximum(np.maximum(u, v) - 1.0, np.minimum(u, v) - 0.34)


def _polygon(corners: list[tuple[float, float]]) -> Callable[[Floats, Floats], Floats]:
    """Return the signed distance to a polygon, corners in order; y points down."""

    def distance(u: Floats, v: Floats) -> Floats:
        squared = np.full(u.shape, np.inf, np.float32)
        inside = np.zeros(u.shape, bool)
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
            ex, ey, wu, wv = bx - ax, by - ay, u - ax, v - ay
            t = np.clip((wu * ex + wv * ey) / (ex * ex + ey * ey), 0.0, 1.0)
            squared = np.minimum(squared, (wu - ex * t) ** 2 + (wv - ey * t) ** 2)
            crosses = ((ay <= v) != (by <= v)) & (wu < ex * wv / (ey or 1e-9))
            inside ^= crosses
        return np.sqrt(squared) * np.where(inside, -1.0, 1.0).astype(np.float32)

    return distance


def _star_corners() -> list[tuple[float, float]]:
    radii = (1.1, 0.46) * 5
    return [
        (radii[i] * math.sin(i * math.pi / 5), -radii[i] * math.cos(i * math.pi / 5))
        for i in range(10)
    ]


def _heart_corners() -> list[tuple[float, float]]:
    turns = [2 * math.pi * i / 28 for i in range(28)]
    return [
        (
            math.sin(t) ** 3,
            -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16,
        )
        for t in turns
    ]


_DISTANCES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _polygon([(0.0, -1.05), (1.05, 0.8), (-1.05, 0.8)]),
    "star": _polygon(_star_corners()),
    "heart": _polygon(_heart_corners()),
    "cross": _cross,
}
