"""Which sizes and frame counts a model can make, and the nearest to any that are asked for."""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class SizeRule:
    """Edges are multiples of `multiple` within `min` .. `max`, the area is at most `max_pixels`.

    `min` and `max` are legal edges themselves and `min * max <= max_pixels`.
    """

    multiple: int
    min: int
    max: int
    max_pixels: int

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Return the nearest legal size; an area that is too large shrinks with its shape kept."""
        width, height = self._fit_edge(width), self._fit_edge(height)
        if width * height <= self.max_pixels:
            return width, height
        scale = sqrt(self.max_pixels / (width * height))
        return self._shrink_edge(width, scale), self._shrink_edge(height, scale)

    def _fit_edge(self, edge: int) -> int:
        edge = min(max(edge, self.min), self.max)
        return (edge + self.multiple // 2) // self.multiple * self.multiple

    def _shrink_edge(self, edge: int, scale: float) -> int:
        return max(self.min, int(edge * scale) // self.multiple * self.multiple)


@dataclass(frozen=True)
class FrameRule:
    """Counts are `multiple * k + offset` within `min` .. `max`, which are legal themselves."""

    multiple: int
    offset: int
    min: int
    max: int

    def fit(self, num_frames: int) -> int:
        """Return the nearest legal count."""
        clamped = min(max(num_frames, self.min), self.max)
        k = (clamped - self.offset + self.multiple // 2) // self.multiple
        return min(max(k * self.multiple + self.offset, self.min), self.max)
