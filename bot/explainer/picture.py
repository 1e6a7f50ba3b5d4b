"""What a picture of the lesson is made of: it crosses to the process that draws it."""

from typing import Literal

import msgspec

Theme = Literal["light", "dark"]
PictureName = Literal[
    "overview", "gan", "forward", "reverse", "guidance", "schedule", "pipeline", "model"
]


class Picture(msgspec.Struct, frozen=True):
    """One drawing: the same description always gives the same picture."""

    name: PictureName
    theme: Theme
    words: dict[str, str]
    """All text in it but formulas."""
    numbers: dict[str, float] = {}
    """What it shows of a model, where it shows one."""
