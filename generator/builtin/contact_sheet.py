"""A picture of many clips at once: frames of each under its prompt, beside ground truth."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from generator.builtin.captions import Scene, full_caption
from generator.builtin.render import Clip

_GAP = 8
_TITLE = 16


def contact_sheet(
    scenes: list[Scene], clips: list[Clip], truth: list[Clip], path: Path, rows: int = 12
) -> None:
    """Write the first `rows` clips, the model's on the left, ground truth on the right."""
    strips: list[Clip] = []
    for scene, clip, drawn in list(zip(scenes, clips, truth, strict=True))[:rows]:
        gap = np.full((clip.shape[1], _GAP, 3), 255, np.uint8)
        strip = np.concatenate([_strip(clip), gap, _strip(drawn)], axis=1)
        strips += [_title(full_caption(scene), strip.shape[1]), strip]
    sheet = Image.fromarray(np.concatenate(strips))
    sheet.save(path, optimize=True)


def _title(text: str, width: int) -> Clip:
    bar = Image.new("RGB", (width, _TITLE), "white")
    ImageDraw.Draw(bar).text((4, 2), text, fill="black")
    return np.asarray(bar)


def _strip(clip: Clip, count: int = 5) -> Clip:
    chosen = np.linspace(0, len(clip) - 1, count).astype(int)
    return np.concatenate(list(clip[chosen]), axis=1)
