"""Thumbnails: a small picture from the middle of a clip, beside it and as old as it is."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator import GenerationError, draw_thumbnails, thumbnail_of
from generator.encoding import write_mp4

OLD = 1_000_000_000


def red_blue_red(path: Path) -> Path:
    """Write a clip of 17 frames, 640 x 480, that is red but for its middle, which is blue."""
    frames = np.zeros((17, 480, 640, 3), np.uint8)
    frames[..., 0] = 255
    frames[6:11] = (0, 0, 255)
    return write_mp4(frames, path, fps=8).path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_each_clip_gets_its_middle_as_a_picture_as_old_as_itself(tmp_path: Path) -> None:
    clips = [red_blue_red(tmp_path / f"clip{number}.mp4") for number in range(2)]
    os.utime(clips[0], (OLD, OLD))
    await draw_thumbnails(clips)
    for clip in clips:
        with Image.open(thumbnail_of(clip)) as image:
            assert (image.format, image.size) == ("JPEG", (320, 240))
            red, _, blue = image.convert("RGB").resize((1, 1)).getpixel((0, 0))  # pyright: ignore
            assert blue > 200 > red
    assert thumbnail_of(clips[0]).stat().st_mtime == OLD


async def test_what_is_no_clip_is_named_and_the_others_get_theirs(tmp_path: Path) -> None:
    (broken := tmp_path / "broken.mp4").write_bytes(b"not a clip")
    clip = red_blue_red(tmp_path / "clip.mp4")
    with pytest.raises(GenerationError, match=r"broken.mp4 is not a clip"):
        await draw_thumbnails([broken, tmp_path / "missing.mp4", clip])
    assert names(tmp_path) == ["broken.mp4", "clip.mp4", "clip.thumb.jpg"]
