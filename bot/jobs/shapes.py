"""A clip's width and height in pixels, from a size or a shape."""

import re
from math import log, sqrt

from bot.errors import Refusal
from bot.texts import status, wishes
from generator import ModelSpec, Settings

ASPECTS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9")
"""The shapes to choose from, as width to height."""

_SIZE = re.compile(r"\s*(\d{1,5})\s*[x×*]\s*(\d{1,5})\s*", re.IGNORECASE)
_ASPECT = re.compile(r"\s*(\d{1,5})\s*:\s*(\d{1,5})\s*")
_ALIKE = 0.03
"""A shape that differs by so little, as a share, needs no words."""


def check_size(text: str, spec: ModelSpec) -> tuple[int, int]:
    """Parse "256x256". Raises `Refusal` naming the nearest size the model has."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise Refusal(wishes.size_unreadable(text, spec.defaults.width, spec.defaults.height))
    width, height = int(match[1]), int(match[2])
    nearest = spec.fit_size(width, height)
    if nearest != (width, height):
        raise Refusal(wishes.size_refused(width, height, spec.title, *nearest))
    return width, height


def size_of_aspect(
    aspect: str, spec: ModelSpec, usual: Settings
) -> tuple[tuple[int, int], str | None]:
    """Return the size nearest to a shape with about the usual pixels, and what to say of it.

    Raises `Refusal` for what is no shape.
    """
    match = _ASPECT.fullmatch(aspect)
    if match is None or not int(match[1]) or not int(match[2]):
        raise Refusal(wishes.aspect_unreadable(aspect))
    ratio = int(match[1]) / int(match[2])
    height = sqrt(usual.width * usual.height / ratio)
    size = spec.fit_size(round(height * ratio), round(height))
    alike = abs(log(size[0] / size[1] / ratio)) < _ALIKE
    return size, None if alike else status.aspect_adjusted(aspect, *size, spec.title)
