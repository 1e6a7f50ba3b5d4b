"""The numbers of a clip that a person may change, and a model's choices of them by quality."""

from dataclasses import asdict, dataclass, replace
from typing import Literal

PresetName = Literal["draft", "normal", "best"]
"""Quick to look at; the model's defaults; as good as it gets, which takes longer."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The numbers of a clip that a person may change."""

    width: int
    height: int
    num_frames: int
    fps: int
    num_inference_steps: int
    guidance_scale: float


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What differs from a model's defaults; None is as they are."""

    width: int | None = None
    height: int | None = None
    num_frames: int | None = None
    fps: int | None = None
    num_inference_steps: int | None = None
    guidance_scale: float | None = None

    def applied_to(self, defaults: Settings) -> Settings:
        """Return the defaults with these changes."""
        changes = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(defaults, **changes)
