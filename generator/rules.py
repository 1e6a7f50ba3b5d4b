"""Which sizes and frame counts a model can make, and the nearest to any that are asked for."""

from dataclasses import dataclass
from math import ceil, hypot, sqrt

_FILM_FPS, _VIDEO_FPS, _MONITOR_FPS = 24, 30, 60


class FieldError(ValueError):
    """A field of a rule or an entry contradicts others; the message is about that field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def smoother_fps(fps: int) -> int | None:
    """Return the frames a second that a clip gets by frames in between; None if it has enough.

    It is the multiple that comes nearest to 24 .. 30, and the least of those that are in there.
    """
    if fps >= _FILM_FPS:
        return None
    multiples = range(2 * fps, _MONITOR_FPS + 1, fps)
    return min(multiples, key=lambda many: max(_FILM_FPS - many, many - _VIDEO_FPS, 0))


@dataclass(frozen=True)
class SizeRule:
    """Edges are multiples of `multiple` within `min` .. `max`, the area is at most `max_pixels`.

    Where `only` is given, these are the sizes there are, as (width, height) in pixels. Raises
    `FieldError` unless `min` and `max` are legal edges, `min * max <= max_pixels` and those of
    `only` keep the rest of the rule.
    """

    multiple: int
    min: int
    max: int
    max_pixels: int
    only: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        _check_positive("multiple", self.multiple)
        for name, edge in (("min", self.min), ("max", self.max)):
            _check_positive(name, edge)
            if edge % self.multiple:
                raise FieldError(name, f"is not a multiple of {self.multiple}")
        _check_order(self.min, self.max)
        if self.min * self.max > self.max_pixels:
            raise FieldError("max_pixels", "is less than min x max")
        for width, height in self.only:
            if (self._fit_edge(width), self._fit_edge(height)) != (width, height):
                raise FieldError("only", f"has {width}x{height}, which breaks the rest of the rule")

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Return the nearest legal size; an area that is too large shrinks with its shape kept."""
        if self.only:
            return min(self.only, key=lambda size: hypot(size[0] - width, size[1] - height))
        width, height = self._fit_edge(width), self._fit_edge(height)
        if width * height <= self.max_pixels:
            return width, height
        scale = sqrt(self.max_pixels / (width * height))
        return self._shrink_edge(width, scale), self._shrink_edge(height, scale)

    def smaller(self, width: int, height: int) -> tuple[int, int] | None:
        """Return a legal size with about half the pixels; None if there is none with fewer."""
        half = self.fit(int(width / sqrt(2)), int(height / sqrt(2)))
        return half if half[0] * half[1] < width * height else None

    def _fit_edge(self, edge: int) -> int:
        edge = min(max(edge, self.min), self.max)
        return (edge + self.multiple // 2) // self.multiple * self.multiple

    def _shrink_edge(self, edge: int, scale: float) -> int:
        return max(self.min, int(edge * scale) // self.multiple * self.multiple)


@dataclass(frozen=True)
class FrameRule:
    """Counts are `multiple * k + offset` within `min` .. `max`.

    Raises `FieldError` unless `min` and `max` are such counts themselves.
    """

    multiple: int
    offset: int
    min: int
    max: int

    def __post_init__(self) -> None:
        _check_positive("multiple", self.multiple)
        for name, count in (("min", self.min), ("max", self.max)):
            _check_positive(name, count)
            if (count - self.offset) % self.multiple:
                raise FieldError(name, f"is not {self.multiple} k + {self.offset}")
        _check_order(self.min, self.max)

    def fit(self, num_frames: int) -> int:
        """Return the nearest legal count."""
        clamped = min(max(num_frames, self.min), self.max)
        k = (clamped - self.offset + self.multiple // 2) // self.multiple
        return min(max(k * self.multiple + self.offset, self.min), self.max)

    def fewer(self, num_frames: int) -> int | None:
        """Return a legal count of about half as many frames; None if there is none with fewer."""
        half = self.fit(num_frames // 2)
        return half if half < num_frames else None


@dataclass(frozen=True, kw_only=True)
class Chunks:
    """How a class makes a clip of any length: in chunks, each with all the steps."""

    frames: int
    """Frames of each."""
    first_factor: int = 1
    """How many times as many steps the first takes."""

    def total_steps(self, num_frames: int, num_inference_steps: int) -> int:
        """Return the steps of a whole clip."""
        chunks = ceil(num_frames / self.frames)
        return (chunks - 1 + self.first_factor) * num_inference_steps

    def begin(self, step: int, num_inference_steps: int) -> int:
        """Return the clip's frame with which the chunk begins that a step, from 1 on, is for."""
        return self.frames * max(0, ceil(step / num_inference_steps) - self.first_factor)


def _check_positive(name: str, value: int) -> None:
    if value < 1:
        raise FieldError(name, "must be at least 1")


def _check_order(least: int, most: int) -> None:
    if least > most:
        raise FieldError("min", f"is more than max ({most})")
