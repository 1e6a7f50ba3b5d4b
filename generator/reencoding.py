"""A finished clip made smaller later on: where Discord takes less than it said it would."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# (PyAV types its frames generically and leaves the parameter out)

from pathlib import Path

import numpy as np
from av.container import InputContainer

from generator.encoding import Clip
from generator.fitting import write_upload
from generator.given_clips import fps_of, open_clip, picture_of, sound_of
from generator.protocol import Upload


def refit(full: Path, folder: Path, max_bytes: int) -> Upload:
    """Write a file of at most `max_bytes` into the folder; the full one stays as it is.

    The folder is another than the full file's. Raises `GenerationError` if nothing fits or the full
    file is no clip, `OSError` if it cannot be read or the other not be written.
    """
    source = folder / full.name
    source.symlink_to(full.absolute())  # the smaller file appears beside it
    with open_clip(source) as container:
        clip = _describe(container, source)
        frames = np.stack(
            [picture_of(frame, clip.width, clip.height) for frame in container.decode(video=0)]
        )
    upload = write_upload(frames, clip, max_bytes) or clip
    return Upload(
        path=str(upload.path),
        width=upload.width,
        height=upload.height,
        fps=float(upload.fps),
        size_bytes=upload.size_bytes,
    )


def _describe(container: InputContainer, path: Path) -> Clip:
    """Return what the file is, its sound included, and stand at its beginning again."""
    video = container.streams.video[0]
    return Clip(
        path,
        video.codec_context.width,
        video.codec_context.height,
        fps_of(container),
        {
            name: container.metadata[name]
            for name in ("title", "comment")
            if name in container.metadata
        },
        sound_of(container),
    )
