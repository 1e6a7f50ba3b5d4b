"""The filmstrip of a clip: one of its frames at several steps, from noise to picture.

Numbers and symbols alone, which the words beside it explain in every reader's language. Drawn for
light and dark pages alike, at twice the width at which chat programs show pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from generator.files import part_of

_WIDTH = 1100
_MARGIN = 28
_GAP = 20
_COLUMNS = 3
_CAPTION = 46
_GAN = 96
_BACKGROUND, _PANEL = "#26262e", "#34343f"
_TEXT, _FAINT, _ACCENT = "#f4f4f8", "#c4c4d0", "#a992ff"


@dataclass(frozen=True, eq=False)
class Still:
    """What one picture of the strip shows."""

    step: int
    """Of the steps done; 0 is the noise itself."""
    timestep: float
    """The schedule's number for the noise that was left."""
    picture: NDArray[np.uint8]
    """RGB, shape (height, width, 3)."""


def draw_filmstrip(stills: Sequence[Still], path: Path) -> None:
    """Write the strip, three pictures a row, and below what a GAN would do.

    The file is a JPEG and appears whole or not at all. Raises `OSError` if it cannot be written.
    """
    height, width, _ = stills[0].picture.shape
    cell = (_WIDTH - 2 * _MARGIN - (_COLUMNS - 1) * _GAP) // _COLUMNS
    size = cell, round(cell * height / width)
    rows = -(-len(stills) // _COLUMNS)
    top = _MARGIN
    bottom = top + rows * (size[1] + _CAPTION)
    image = Image.new("RGB", (_WIDTH, bottom + _GAN + _MARGIN), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    for index, still in enumerate(stills):
        row, column = divmod(index, _COLUMNS)
        left = _MARGIN + column * (cell + _GAP)
        upper = top + row * (size[1] + _CAPTION)
        _paste(image, still.picture, (left, upper), size)
        caption = _caption(still, stills[-1].step)
        draw.text((left, upper + size[1] + 4), caption, _FAINT, _font(25))
    _draw_gan(draw, bottom + 8)
    save_jpeg(image, path)


def save_jpeg(image: Image.Image, path: Path) -> None:
    """Write the image so that it appears whole or not at all; raises `OSError`."""
    part = part_of(path)
    try:
        image.save(part, "JPEG", quality=90, subsampling=0)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _caption(still: Still, steps: int) -> str:
    done = f"{still.step} / {steps}"
    return done if still.step == steps else f"{done}    t = {still.timestep:.0f}"


def _paste(
    image: Image.Image, picture: NDArray[np.uint8], corner: tuple[int, int], size: tuple[int, int]
) -> None:
    scaled = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), 10, 255)
    image.paste(scaled, corner, mask)


def _draw_gan(draw: ImageDraw.ImageDraw, top: int) -> None:
    """Draw a GAN's way, without a picture: there is none of this clip."""
    draw.rounded_rectangle((_MARGIN, top, _WIDTH - _MARGIN, top + _GAN), 14, _PANEL)
    left, middle = _MARGIN + 28, top + _GAN // 2
    draw.text((left, middle), "GAN", _TEXT, _font(30), anchor="lm")
    left += 104
    for text in ("z", "G", "1 / 1"):
        box = _draw_box(draw, text, left, middle)
        if text != "1 / 1":
            _draw_arrow(draw, box + 12, box + 62, middle)
        left = box + 74


def _draw_box(draw: ImageDraw.ImageDraw, text: str, left: int, middle: int) -> int:
    """Return where the box ends on the right."""
    right = left + round(draw.textlength(text, _font(27))) + 40
    draw.rounded_rectangle((left, middle - 27, right, middle + 27), 12, outline=_ACCENT, width=3)
    draw.text((left + 20, middle), text, _TEXT, _font(27), anchor="lm")
    return right


def _draw_arrow(draw: ImageDraw.ImageDraw, start: int, end: int, middle: int) -> None:
    draw.line((start, middle, end - 10, middle), _ACCENT, 4)
    draw.polygon([(end, middle), (end - 16, middle - 10), (end - 16, middle + 10)], _ACCENT)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
