"""Where a model's files come from, and what replaces or joins them when it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

DType = Literal["float16", "bfloat16", "float32"]
"""A number format of weights and activations, by its name in torch."""

AttentionBackend = Literal[
    "native", "_native_cudnn", "_native_flash", "flash", "_flash_3", "sage", "xformers", "flex"
]
"""An attention backend of diffusers, by its name there; those that download code are left out."""


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


@dataclass(frozen=True, kw_only=True)
class Sibling:
    """The pipeline that begins with a picture."""

    class_name: str
    source: str | None = None
    """Its own folder or repository, where the model's own weights do not serve both."""
    revision: str | None = None
    """A commit, tag or branch of its own repository."""
