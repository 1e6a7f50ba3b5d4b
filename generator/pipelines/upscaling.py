"""A finished clip made larger: enlarged, some noise over it, and denoised by its own model."""

from collections.abc import Generator
from contextlib import contextmanager
from math import ceil
from typing import Any

from diffusers import AutoencoderKL  # pyright: ignore[reportPrivateImportUsage]
from PIL import Image

from generator.given_clips import read_clip
from generator.protocol import GenerationRequest
from generator.spec import ModelSpec


def upscaling_arguments(request: GenerationRequest, spec: ModelSpec) -> dict[str, Any]:
    """Return what a video-to-video class is called with beside the usual.

    Raises `GenerationError("invalid")` for a clip that cannot be read.
    """
    assert request.upscales is not None
    assert spec.upscale is not None
    small = read_clip(request.upscales, request.width, request.height)
    strength = spec.upscale.strength
    return {
        "video": [Image.fromarray(frame) for frame in small.frames],
        "strength": strength,
        # with fewer, none would be left of them
        "num_inference_steps": max(request.num_inference_steps, ceil(1 / strength)),
    }


@contextmanager
def thrifty_decoder(pipeline: Any, request: GenerationRequest) -> Generator[None]:
    """Decode frame by frame while a clip is made larger, where frames are decoded as a batch."""
    vae = pipeline.vae
    if request.upscales is None or not isinstance(vae, AutoencoderKL):
        yield
        return
    before = vae.use_slicing
    vae.enable_slicing()
    try:
        yield
    finally:
        vae.use_slicing = before
