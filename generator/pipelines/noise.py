"""The noise a clip begins as: that of its seed, or one between the noises of two seeds."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch

from generator.protocol import GenerationRequest


@contextmanager
def noise_of(request: GenerationRequest) -> Generator[torch.Generator]:
    """Give the generator a pipeline draws a request's noise with, while it runs.

    For a graded variation, all that is drawn with it is as far between what two seeds give as the
    request says, on the arc from one to the other, where it keeps the length that noise has. The
    strengths 0 and 1 are the clips of the two seeds, exactly. Every class draws its noise by
    `torch.randn` in the end, be it in the pipeline, the scheduler or the encoder of a picture, and
    some draw its strength by `torch.rand`.
    """
    seed, other_seed, share = request.seed, request.variation_seed, request.variation_strength
    if other_seed is None or other_seed == seed or share in (0.0, 1.0):
        decisive = other_seed if other_seed is not None and share == 1.0 else seed
        with _drawing_on_cpu(decisive) as generator:
            yield generator
        return
    other = torch.Generator("cpu").manual_seed(other_seed)
    with _drawing_on_cpu(seed) as generator, _mixing(generator, other, share):
        yield generator


@contextmanager
def _drawing_on_cpu(seed: int) -> Generator[torch.Generator]:
    """Give a generator of the CPU, so that a seed means the same noise on every device.

    A class that asks for numbers of it on another device gets them there; torch alone refuses.
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    draw = torch.rand

    def rand(*size: Any, **options: Any) -> torch.Tensor:
        if options.get("generator") is not generator:  # somebody else's
            return draw(*size, **options)
        return draw(*size, **options | {"device": "cpu"}).to(options.get("device"))

    torch.rand = rand
    try:
        yield generator
    finally:
        torch.rand = draw


@contextmanager
def _mixing(generator: torch.Generator, other: torch.Generator, share: float) -> Generator[None]:
    """Let what is drawn with one generator lie between that and what the other one gives."""
    draw = torch.randn

    def randn(*size: Any, **options: Any) -> torch.Tensor:
        noise = draw(*size, **options)
        if options.get("generator") is not generator:  # somebody else's
            return noise
        return _slerp(noise, draw(*size, **options | {"generator": other}), share)

    torch.randn = randn
    try:
        yield
    finally:
        torch.randn = draw


def _slerp(start: torch.Tensor, end: torch.Tensor, share: float) -> torch.Tensor:
    """Return what lies between two noises on the arc from one to the other."""
    one, two = start.float(), end.float()
    cosine = (one * two).sum() / (one.norm() * two.norm()).clamp(min=1e-12)
    angle = cosine.clamp(-1, 1).acos()
    if angle.sin() < 1e-3:  # a single number, as a rule, whose arc is a line
        return torch.lerp(one, two, share).to(start.dtype)
    mixed = ((1 - share) * angle).sin() * one + (share * angle).sin() * two
    return (mixed / angle.sin()).to(start.dtype)
