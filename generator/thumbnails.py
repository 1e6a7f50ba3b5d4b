"""Thumbnails of finished clips, for lists: one small picture from the middle of each."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (PyAV does not type what makes a picture of a frame)

import os
from pathlib import Path

import av
from PIL import Image

from generator.errors import GenerationError
from generator.files import part_of, thumbnail_of
from generator.messages import N_

_SIDE = 320
"""Pixels of the longer side: twice what chat programs show in a list."""


def draw_thumbnail(clip: Path) -> None:
    """Write a JPEG beside a clip, whole or not at all, as old as the clip: they leave together.

    Raises `GenerationError` if it is no clip, `OSError` if it cannot be read or the other written.
    """
    path = thumbnail_of(clip)
    part = part_of(path)
    image = _middle_frame(clip)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    try:
        image.save(part, "JPEG", quality=85)
        stat = clip.stat()
        os.utime(part, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _middle_frame(clip: Path) -> Image.Image:
    try:
        with av.open(clip) as container:
            stream = container.streams.video[0]
            middle = (stream.duration or 0) // 2
            container.seek(middle, stream=stream)  # to the last key frame before it
            frame = None
            for frame in container.decode(stream):
                if frame.pts is None or frame.pts >= middle:
                    break
            if frame is None:
                raise ValueError("it has no frames")
            return frame.to_image()
    except (ValueError, IndexError) as error:
        message = N_("{file} is not a clip that can be read: {reason}.")
        raise GenerationError(
            "invalid", message, {"file": clip.name, "reason": str(error)}
        ) from error
