"""The clips that requests name, to go on from or to make larger: whether they fit, what they show.

They are MP4s of ours, as a rule; whatever else they are is said.
"""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# (PyAV types its frames generically and leaves the parameter out)

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import Interpolation

from generator.encoding import Audio, Frames, Rendering, shown_size
from generator.errors import GenerationError
from generator.messages import N_
from generator.protocol import GenerationRequest
from generator.snapshots import Picture
from generator.spec import ModelSpec

# without the last two, frames come back a grey level or two darker than they were
_EXACT = Interpolation.LANCZOS | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


@contextmanager
def open_clip(path: Path) -> Generator[InputContainer]:
    """Open a file of moving pictures; raises `GenerationError("invalid")` if it is none."""
    try:
        with av.open(path) as container:
            yield container
    except (ValueError, IndexError) as error:
        message = N_("{file} is not a clip that can be read: {reason}.")
        values = {"file": path.name, "reason": str(error)}
        raise GenerationError("invalid", message, values) from error


def check_given_clip(request: GenerationRequest, spec: ModelSpec) -> None:
    """Raise `GenerationError("invalid")` unless the clip a request names, if any, fits it."""
    path = request.smooths or request.continues or request.upscales
    if path is None:
        return
    if not Path(path).is_file():
        message = N_("The clip to begin with is not there any more. Make it again first.")
        raise GenerationError("invalid", message)
    with open_clip(Path(path)) as container:
        stream = container.streams.video[0]
        found: dict[str, object] = {
            "size": (stream.codec_context.width, stream.codec_context.height),
            "fps": fps_of(container),
            "frames": stream.frames,
        }
    scale = spec.display_scale(request.width, request.height)
    wanted: dict[str, object] = {"fps": request.fps}
    if request.smooths is not None:
        pass  # it is taken as it is
    elif request.continues is not None:
        wanted["size"] = shown_size(request.width, request.height, scale)
    else:
        wanted["frames"] = request.num_frames
    for name, value in wanted.items():
        if found[name] != value:
            message, place = _UNFIT[name], {"found": _plain(found[name]), "asked": _plain(value)}
            raise GenerationError("invalid", message, place)


_UNFIT = {
    "size": N_("The clip is {found} pixels large and not {asked}. Ask for the size it has."),
    "fps": N_("The clip has {found} frames a second and not {asked}. Ask for those it has."),
    "frames": N_("The clip has {found} frames and not {asked}. Ask for the number it has."),
}


def read_clip(path: str, width: int, height: int) -> Rendering:
    """Return a clip's frames, scaled to a size in pixels, and its sound."""
    with open_clip(Path(path)) as container:
        sound = sound_of(container)
        frames: list[Picture] = [
            picture_of(frame, width, height) for frame in container.decode(video=0)
        ]
        return Rendering(np.stack(frames), sound)


def last_frames(path: str, width: int, height: int, most: int = 1) -> Frames:
    """Return the last frames of a clip, at most so many, scaled to a size in pixels."""
    with open_clip(Path(path)) as container:
        last = deque(container.decode(video=0), maxlen=most)
        return np.stack([picture_of(frame, width, height) for frame in last])


def sound_of(container: InputContainer) -> Audio | None:
    """Return the sound, if there is any, and stand at the beginning again."""
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    parts = [frame.to_ndarray() for frame in container.decode(stream)]
    container.seek(0)
    return Audio(np.concatenate(parts, axis=1).astype(np.float32), stream.sample_rate)


def fps_of(container: InputContainer) -> Fraction:
    """Return the frames a second."""
    video = container.streams.video[0]
    return Fraction(video.average_rate or video.guessed_rate or 8)


def picture_of(frame: av.VideoFrame, width: int, height: int) -> Picture:
    """Return a frame, scaled to a size in pixels."""
    scaled = frame.reformat(width, height, "rgb24", interpolation=_EXACT)
    return scaled.to_ndarray().astype(np.uint8, copy=False)


def _plain(value: object) -> str:
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)  # pyright: ignore[reportUnknownVariableType]
