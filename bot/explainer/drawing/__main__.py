"""`python -m bot.explainer.drawing PATH` draws the picture that stdin describes, whole or not."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from bot.explainer.drawing.canvas import Canvas
from bot.explainer.drawing.contest import draw_contest, draw_overview
from bot.explainer.drawing.denoising import draw_denoising
from bot.explainer.drawing.fonts import NoFontError, use_fonts_for
from bot.explainer.drawing.guidance import draw_guidance
from bot.explainer.drawing.noising import draw_noising
from bot.explainer.drawing.parts import draw_model, draw_pipeline
from bot.explainer.drawing.steps import draw_steps
from bot.explainer.picture import NO_FONT, Picture, PictureName

_Draw = Callable[[Canvas, Mapping[str, str], Mapping[str, float]], None]

_PICTURES: dict[PictureName, _Draw] = {
    "overview": draw_overview,
    "gan": draw_contest,
    "forward": draw_noising,
    "reverse": draw_denoising,
    "guidance": draw_guidance,
    "schedule": draw_steps,
    "pipeline": draw_pipeline,
    "model": draw_model,
}


def draw(picture: Picture, path: Path) -> None:
    """Write a picture.

    Raises `OSError` if that is impossible, `NoFontError` where no font has its words' letters.
    """
    use_fonts_for(picture.words.values())
    canvas = Canvas(picture.theme)
    _PICTURES[picture.name](canvas, picture.words, picture.numbers)
    part = path.with_suffix(".part")
    try:
        canvas.save(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        draw(msgspec.json.decode(sys.stdin.buffer.read(), type=Picture), Path(sys.argv[1]))
    except NoFontError:
        sys.exit(NO_FONT)
