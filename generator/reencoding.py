"""A finished clip made smaller later on: where Discord takes less than it said it would."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# (PyAV types its frames generically and leaves the parameter out)

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from generator.encoding import Audio, Clip
from generator.errors import GenerationError
from generator.fitting import write_upload
from generator.messages import N_
from generator.protocol import Upload


def refit(full: Path, folder: Path, max_bytes: int) -> Upload:
    """Write a file of at most `max_bytes` into the folder; the full one stays as it is.

    Raises `GenerationError` if nothing fits or the full file is no clip, `OSError` if it cannot be
    read or the other not be written.
    """
    source = folder / full.name
    source.symlink_to(full.absolute())  # the smaller file appears beside it
    try:
        with av.open(source) as container:
            clip = _describe(container, source)
            pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    except (ValueError, IndexError) as error:
        message = N_("{file} is not a clip that can be read: {reason}.")
        values = {"file": full.name, "reason": str(error)}
        raise GenerationError("invalid", message, values) from error
    frames = np.stack(pictures).astype(np.uint8, copy=False)
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
    clip = Clip(
        path,
        video.codec_context.width,
        video.codec_context.height,
        Fraction(video.average_rate or video.guessed_rate or 8),
        {
            name: container.metadata[name]
            for name in ("title", "comment")
            if name in container.metadata
        },
        _sound(container),
    )
    container.seek(0)
    return clip


def _sound(container: InputContainer) -> Audio | None:
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    parts = [frame.to_ndarray() for frame in container.decode(stream)]
    return Audio(np.concatenate(parts, axis=1).astype(np.float32), stream.sample_rate)
