"""Named looks: words laid over a prompt. Ours are in styles.toml; an operator may add a file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from bot.errors import StartupError
from generator import line_of

SHIPPED = Path(__file__).with_name("styles.toml")
_PROMPT = "{prompt}"
_MAX_NAME = 50


class Style(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of a look, with `{prompt}` where the member's own go."""

    prompt: str
    negative_prompt: str = ""

    def __post_init__(self) -> None:
        if _PROMPT not in self.prompt:
            raise ValueError(f"has no {_PROMPT}, where the member's words go")

    def over(self, prompt: str, negative_prompt: str) -> tuple[str, str]:
        """Return a prompt and a negative prompt with the style's words."""
        unwanted = ", ".join(filter(None, (negative_prompt, self.negative_prompt)))
        return self.prompt.replace(_PROMPT, prompt), unwanted


Styles = Mapping[str, Style]
"""By name, which is an English message id: `_` gives it in the reader's language."""


def load_styles(path: Path | None = None) -> Styles:
    """Return our styles, and those of an operator's file over them.

    Raises `StartupError` whose one sentence names the file and the line.
    """
    styles = _read(SHIPPED)
    return styles if path is None else styles | _read(path)


def _read(path: Path) -> dict[str, Style]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables: dict[str, Any] = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StartupError(f"STYLES_FILE: {path} cannot be read: {error}") from error
    styles: dict[str, Style] = {}
    for name, table in tables.items():
        try:
            styles[name] = msgspec.convert(table, Style)
            if len(name) > _MAX_NAME:
                raise ValueError(f"its name is longer than {_MAX_NAME} characters")
        except ValueError as error:
            reason, _, place = str(error).partition(" - at `$.")
            keys = [key for key in (place.rstrip("`"),) if key]
            line = line_of(text, [name, *keys])
            raise StartupError(f"STYLES_FILE: {path}, line {line}: {name}: {reason}") from error
    return styles
