"""Where a model's files come from, and what replaces or joins them when it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Literal

from generator.memory import Memory
from generator.rules import FieldError

DType = Literal["float16", "bfloat16", "float32"]
"""A number format of weights and activations, by its name in torch."""

AttentionBackend = Literal[
    "native", "_native_cudnn", "_native_flash", "flash", "_flash_3", "sage", "xformers", "flex"
]
"""An attention backend of diffusers, by its name there; those that download code are left out."""

_LEAST_FACTOR = 1.25


def is_local(source: str) -> bool:
    """Whether a source is a file or folder of this machine rather than a repository of the Hub."""
    return Path(source).is_absolute() or source.startswith((".", "~"))


@dataclass(frozen=True)
class SchedulerSpec:
    """A diffusers scheduler that replaces the model's own, and the settings it changes."""

    class_name: str
    overrides: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part that is not in the model's own repository, such as a motion adapter."""

    class_name: str
    """A class of diffusers, or AutoTokenizer."""
    source: str
    """A folder or a repository."""
    subfolder: str = ""
    """The folder there."""
    file: str | None = None
    """Its weights' file there, where that is all there is: no config, so the class's defaults."""
    revision: str | None = None


@dataclass(frozen=True, kw_only=True)
class Lora:
    """A LoRA that is laid over the model's weights."""

    source: str
    """A safetensors file, a folder or a repository."""
    file: str | None = None
    """Which file of the folder or repository."""
    revision: str | None = None
    weight: float = 1.0
    second_transformer: bool = False
    """Belongs to `transformer_2` of a model that has two."""
    prompt_suffix: str = ""
    """Ends the prompt, such as the words that wake it; for one that is asked for by name."""


@dataclass(frozen=True, kw_only=True)
class Sibling:
    """The pipeline that begins with a picture."""

    class_name: str
    """It takes the picture as `image`, or is the model's own (see the last of these)."""
    source: str | None = None
    """Its own folder or repository, where the model's own weights do not serve both."""
    revision: str | None = None
    """A commit, tag or branch of its own repository."""
    held_frames: int = 0
    """For a model that was taught to go on from frames it sees without noise, with its own class:
    how many it is shown of a clip that it goes on from. Of a picture it is one."""


@dataclass(frozen=True, kw_only=True)
class Upscaler:
    """The pipeline that makes a finished clip larger: it denoises it once more, a little.

    Raises `FieldError` for numbers that are none of these.
    """

    class_name: str
    """A video-to-video class of diffusers."""
    source: str | None = None
    """Its own folder or repository, where the model's own weights do not serve both."""
    revision: str | None = None
    """A commit, tag or branch of its own repository."""
    factor: float = 2.0
    """How many times as wide and high a clip becomes, where the next two let it."""
    max: int
    """The longest edge in pixels."""
    max_pixels: int
    """The largest area."""
    strength: float = 0.4
    """How much noise is laid over the enlarged clip: little keeps it, 1 would be another clip."""
    memory: Memory | None = None
    """What it takes on a GPU; None is as much as the model."""

    def __post_init__(self) -> None:
        if self.factor <= 1:
            raise FieldError("factor", "must be more than 1")
        if not 0 < self.strength <= 1:
            raise FieldError("strength", "must be more than 0 and at most 1")

    def steps(self, num_inference_steps: int) -> int:
        """Return how many of a schedule's steps are taken: the share that ends with the clip."""
        return max(1, int(num_inference_steps * self.strength))

    def target(self, width: int, height: int, multiple: int) -> tuple[int, int] | None:
        """Return the size a clip of a size becomes, in its shape; None where that is no larger.

        The edges are multiples of `multiple`. Less than a quarter more is not worth the time.
        """
        room = sqrt(self.max_pixels / (width * height))
        factor = min(self.factor, self.max / max(width, height), room)
        if factor < _LEAST_FACTOR:
            return None
        larger = (int(edge * factor) // multiple * multiple for edge in (width, height))
        return next(larger), next(larger)
