"""What in a model's entry contradicts itself."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from generator.presets import PresetName, Settings
from generator.sources import Upscaler

if TYPE_CHECKING:
    from generator.spec import ModelSpec


def contradictions(spec: "ModelSpec") -> Iterator[tuple[str, str]]:
    """Yield fields that contradict others, and what to do about them."""
    if spec.min_steps > spec.max_steps:
        yield "min_steps", f"is more than max_steps ({spec.max_steps})"
    if spec.timesteps and spec.sigmas:
        yield "sigmas", "cannot be given beside timesteps"
    for name in ("timesteps", "sigmas"):
        count = len(getattr(spec, name))
        if count and not count == spec.min_steps == spec.max_steps:
            yield name, f"fix the number of steps: set min_steps and max_steps to {count}"
    numbers = Settings.__dataclass_fields__.keys()
    for name in spec.arguments.keys() - numbers:
        yield "arguments", f"{name!r} is no number of a request; there are {', '.join(numbers)}"
    for name in ("loras", "optional_loras"):
        if getattr(spec, name) and not spec.lora:
            yield name, f"cannot be laid over a {spec.pipeline_class} (lora = false)"
    picture = spec.image_to_video
    if picture and picture.held_frames and picture.class_name != spec.pipeline_class:
        yield "image_to_video", f"holds frames with another class; it must be {spec.pipeline_class}"
    if spec.upscale and (spec.timesteps or spec.sigmas or spec.chunks):
        yield "upscale", "needs a model whose steps are not fixed and whose clip is one piece"
    if spec.upscale:
        yield from _small_upscaler(spec, spec.upscale)
    presets: dict[str, PresetName] = {"defaults": "normal", "draft": "draft", "best": "best"}
    for field_name, preset in presets.items():
        for name, value, nearest in _off_the_rules(spec, spec.preset(preset)):
            yield field_name, f"{name} {value} breaks the model's own rules; try {nearest}"


def _small_upscaler(spec: "ModelSpec", upscaler: Upscaler) -> Iterator[tuple[str, str]]:
    sizes = spec.sizes
    if upscaler.max < sizes.max or upscaler.max_pixels < sizes.max_pixels:
        yield "upscale", "makes clips no larger than the model's own may be"
    elif sizes.min * upscaler.max > upscaler.max_pixels:
        yield "upscale", f"has max_pixels less than max x the model's least edge ({sizes.min})"


def _off_the_rules(spec: "ModelSpec", settings: Settings) -> Iterator[tuple[str, object, object]]:
    numbers = asdict(settings)
    legal = spec.request(id="", prompt="", seed=0, output_path="", **numbers)
    for name, value in numbers.items():
        if value != (nearest := getattr(legal, name)):
            yield name, value, nearest
