"""Frames to an MP4 that every browser and Discord plays: H.264, yuv420p, BT.709, faststart."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# (PyAV types its packets generically and leaves the parameter out)

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from numpy.typing import NDArray

from generator.errors import GenerationError

Frames = NDArray[np.uint8]
"""RGB frames, shape (num_frames, height, width, 3)."""

_CRF = 18
_THREADS = 4  # fixed, because the number of threads changes the file
_CONTAINER_BYTES = 4096
_LEAST_BITS_PER_PIXEL = 0.005
_ATTEMPTS = 3


@dataclass(frozen=True)
class Clip:
    """A file to write or written: where, its size in pixels, its rate and its tags."""

    path: Path
    width: int
    height: int
    fps: int
    tags: Mapping[str, str]

    @property
    def part(self) -> Path:
        """Where the file grows before it takes its own name."""
        return Path(f"{self.path}.part")


def write_mp4(
    frames: Frames,
    path: Path,
    *,
    fps: int,
    scale: int = 1,
    metadata: Mapping[str, object] | None = None,
    max_bytes: int | None = None,
) -> Clip:
    """Write the frames, enlarged `scale` times, so that the file appears whole or not at all.

    The metadata becomes the title (its "prompt") and the comment (all of it, as JSON). A file over
    `max_bytes` is written again at the bitrate that fits. Raises `GenerationError("invalid")` if
    none does, `OSError` if the file cannot be written.
    """
    _, height, width, _ = frames.shape
    clip = Clip(path, _even(width * scale), _even(height * scale), fps, _tags(metadata or {}))
    try:
        _encode(frames, clip)
        if max_bytes is not None and clip.part.stat().st_size > max_bytes:
            _encode_to_fit(frames, clip, max_bytes)
        clip.part.replace(path)
    finally:
        clip.part.unlink(missing_ok=True)
    return clip


def _even(edge: int) -> int:
    return edge + edge % 2


def _tags(metadata: Mapping[str, object]) -> dict[str, str]:
    tags = {"title": str(metadata["prompt"])} if "prompt" in metadata else {}
    return tags | {"comment": json.dumps(dict(metadata), ensure_ascii=False)}


def _encode_to_fit(frames: Frames, clip: Clip, max_bytes: int) -> None:
    bit_rate = (max_bytes - _CONTAINER_BYTES) * 8 * clip.fps / len(frames)
    for _ in range(_ATTEMPTS):
        if bit_rate < _LEAST_BITS_PER_PIXEL * clip.width * clip.height * clip.fps:
            break
        _encode(frames, clip, int(bit_rate))
        size = clip.part.stat().st_size
        if size <= max_bytes:
            return
        bit_rate *= 0.9 * max_bytes / size
    megabytes = max_bytes / 2**20
    raise GenerationError(
        "invalid", f"The clip does not fit into {megabytes:.1f} MB; ask for a smaller one."
    )


def _encode(frames: Frames, clip: Clip, bit_rate: int | None = None) -> None:
    with av.open(clip.part, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(clip.tags)
        stream = container.add_stream("libx264", Fraction(clip.fps), _x264_options(bit_rate))
        stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
        stream.codec_context.thread_count = _THREADS
        stream.codec_context.color_range = ColorRange.MPEG
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.codec_context.color_primaries = ColorPrimaries.BT709
        stream.codec_context.color_trc = ColorTrc.BT709
        for picture in frames:
            container.mux(stream.encode(_to_yuv(picture, clip)))
        container.mux(stream.encode(None))


def _x264_options(bit_rate: int | None) -> dict[str, str]:
    options = {"preset": "veryfast"}
    if bit_rate is None:
        return options | {"crf": str(_CRF)}
    rate = str(bit_rate)
    return options | {"b": rate, "maxrate": rate, "bufsize": rate}


def _to_yuv(picture: NDArray[np.uint8], clip: Clip) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    return rgb.reformat(
        clip.width,
        clip.height,
        "yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        # the last flag: the colour of every pixel counts, not of every second one
        interpolation=Interpolation.LANCZOS
        | Interpolation.ACCURATE_RND
        | Interpolation.FULL_CHR_H_INP,
    )
