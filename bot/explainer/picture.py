"""What a picture of the lesson is made of: it crosses to the process that draws it."""

from typing import Final, Literal

import msgspec

Theme = Literal["light", "dark"]
PictureName = Literal[
    "overview", "gan", "forward", "reverse", "guidance", "schedule", "pipeline", "model"
]


NO_FONT: Final = 3
"""With this status the process that draws ends where no font has the words' letters."""


class Picture(msgspec.Struct, frozen=True):
    """One drawing: the same description always gives the same picture."""

    name: PictureName
    theme: Theme
    words: dict[str, str]
    """All text in it but formulas, in the reader's language."""
    english: dict[str, str]
    """The same in English, for where no font has that language's letters."""
    numbers: dict[str, float] = {}
    """What it shows of a model, where it shows one."""
