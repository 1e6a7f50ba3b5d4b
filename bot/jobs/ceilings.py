"""What admins allow at most: requests are made to fit, and their members are told."""

import re
from math import sqrt

import msgspec

from bot.errors import Refusal
from bot.jobs.rules import GuildRules
from bot.jobs.wish import Wish
from bot.texts import settings, wishes
from generator import GenerationRequest, ModelSpec

_SIZE = re.compile(r"\s*(\d{1,5})\s*[x×*]\s*(\d{1,5})\s*", re.IGNORECASE)
_SHRINKING = 0.95
_TRIES = 60


def under_ceilings(
    request: GenerationRequest, wish: Wish, spec: ModelSpec, rules: GuildRules
) -> tuple[GenerationRequest, tuple[str, ...]]:
    """Return the request as far as the rules let it go, and a note for each wish that was cut.

    A model that cannot do with so little makes the least it can. What is only smoothed stays.
    """
    if request.smooths is not None:
        return request, ()
    steps = _steps(request, spec, rules.max_steps)
    frames = _frames(request, spec, rules.max_seconds)
    width, height = _size(request, spec, rules.max_size)
    notes: list[str] = []
    if steps != request.num_inference_steps and wish.steps is not None:
        notes.append(settings.fewer_steps(request.num_inference_steps, steps))
    if frames != request.num_frames and (wish.frames or wish.seconds):
        notes.append(settings.shorter(request.num_frames / request.fps, frames / request.fps))
    if (width, height) != (request.width, request.height) and (wish.size or wish.aspect):
        notes.append(settings.smaller((request.width, request.height), (width, height)))
    cut = msgspec.structs.replace(
        request, num_inference_steps=steps, num_frames=frames, width=width, height=height
    )
    return cut, tuple(notes)


def read_size(text: str) -> tuple[int, int]:
    """Parse "512x512" for any model. Raises `Refusal`."""
    match = _SIZE.fullmatch(text)
    if match is None or not int(match[1]) or not int(match[2]):
        raise Refusal(wishes.size_unreadable(text, 512, 512))
    return int(match[1]), int(match[2])


def check_defaults(rules: GuildRules) -> None:
    """Raise `Refusal` where what is usual would be more than what is allowed."""
    steps, seconds = rules.steps or 0, rules.seconds or 0
    pixels, most = _pixels(rules.size), _pixels(rules.max_size)
    if (
        steps > (rules.max_steps or steps)
        or seconds > (rules.max_seconds or seconds)
        or pixels > (most or pixels)
    ):
        raise Refusal(settings.DEFAULT_ABOVE_MOST)


def _pixels(size: str | None) -> int:
    if size is None:
        return 0
    width, height = read_size(size)
    return width * height


def _steps(request: GenerationRequest, spec: ModelSpec, most: int | None) -> int:
    steps = request.num_inference_steps
    return steps if most is None else min(steps, max(most, spec.min_steps))


def _frames(request: GenerationRequest, spec: ModelSpec, most_seconds: float | None) -> int:
    if most_seconds is None or request.upscales is not None:
        return request.num_frames
    most = most_seconds * request.fps + 0.5
    frames = request.num_frames
    while frames > most and frames > spec.frames.min:
        frames -= spec.frames.multiple
    return max(frames, spec.frames.min)


def _size(request: GenerationRequest, spec: ModelSpec, largest: str | None) -> tuple[int, int]:
    size = request.width, request.height
    if largest is None or request.upscales is not None or request.continues is not None:
        return size
    most, scale = _pixels(largest), 1.0
    if size[0] * size[1] > most:
        scale = sqrt(most / (size[0] * size[1]))
    for _ in range(_TRIES):
        if size[0] * size[1] <= most:
            break
        size = spec.fit_size(round(request.width * scale), round(request.height * scale))
        scale *= _SHRINKING
    return size
