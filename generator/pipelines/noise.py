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
    `torch.randn` in the end, be it in the pipeline, the scheduler or the encoder of a picture.
    """
    # drawn on the CPU, so that a seed means the same noise on every device
    seed, other_seed, share = request.seed, request.variation_seed, request.variation_strength
    if other_seed is None or other_seed == seed or share in (0.0, 1.0):
        decisive = other_seed if other_seed is not None and share == 1.0 else seed
        yield torch.Generator("cpu").manual_seed(decisive)
        return
    generator = torch.Generator("cpu").manual_seed(seed)
    other = torch.Generator("cpu").manual_seed(other_seed)
    draw = torch.randn

    def randn(*size: Any, **options: Any) -> torch.Tensor:
        noise = draw(*size, **options)
        if options.get("generator") is not generator:  # somebody else's
            return noise
        return _slerp(noise, draw(*size, **options | {"generator": other}), share)

    torch.randn = randn
    try:
        yield generator
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
