"""Fonts for the words in pictures: DejaVu Sans comes with matplotlib, others with the system."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, fontManager

_OWN: Final = "DejaVu Sans"
_FAMILIES: Final = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "IPAexGothic",
    "IPAGothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Noto Sans Devanagari",
    "Lohit Devanagari",
    "Kohinoor Devanagari",
    "Nirmala UI",
)
"""For Japanese and Hindi, on Linux, macOS and Windows."""


class NoFontError(Exception):
    """No installed font has these letters."""


def use_fonts_for(texts: Iterable[str]) -> None:
    """Let matplotlib take each letter from a font that has it.

    Raises `NoFontError` where for one there is none.
    """
    letters = {ord(letter) for text in texts for letter in text if letter.isprintable()}
    if not letters <= _use_installed():
        _look_again()
        missing = letters - _use_installed()
        if missing:
            raise NoFontError("".join(map(chr, sorted(missing))))


def _use_installed() -> set[int]:
    """Use all fonts of the list that are installed, and return the letters they have."""
    installed = fontManager.get_font_names()
    families = [_OWN, *(family for family in _FAMILIES if family in installed)]
    mpl.rcParams["font.family"] = families
    fonts = [
        font_manager.get_font(font_manager.findfont(FontProperties(family=[family])))
        for family in families
    ]
    return {code for font in fonts for code in font.get_charmap()}


def _look_again() -> None:
    """Find fonts that were installed after matplotlib made its list."""
    known = {font.fname for font in fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        if path not in known:
            with suppress(Exception):  # it raises all kinds; some fonts are bitmaps, some damaged
                fontManager.addfont(path)
