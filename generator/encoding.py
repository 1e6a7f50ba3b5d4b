"""Frames to an MP4 that every browser and Discord plays: H.264, yuv420p, AAC, faststart."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# (PyAV types its packets generically and leaves the parameter out)

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from numpy.typing import NDArray

from generator.files import part_of

Frames = NDArray[np.uint8]
"""RGB frames, shape (num_frames, height, width, 3)."""

FULL_CRF = 18.0
"""x264's rate factor of the full file: at its size no difference to the frames is seen."""
_FULL_SOUND_RATE = 128_000
_THREADS = 4  # fixed, because the number of threads changes the file
_X264 = {"preset": "veryfast", "aq-mode": "2", "trellis": "1", "bf": "5"}
"""Against `veryfast` alone 5 to 20 % fewer bytes at the same SSIM, in the same time."""
_HD_HEIGHT = 720  # pixels


@dataclass(frozen=True, eq=False)
class Audio:
    """A clip's sound."""

    samples: NDArray[np.floating]
    """-1 .. 1, shape (channels, samples), one or two channels; what outlasts the clip is cut."""
    sample_rate: int
    """Samples a second, one of AAC's: 16000, 22050, 24000, 32000, 44100, 48000 and the like."""


@dataclass(frozen=True, eq=False)
class Rendering:
    """What a model made of a request."""

    frames: Frames
    audio: Audio | None = None


@dataclass(frozen=True)
class Clip:
    """A file to write or written: where, its size in pixels, frames a second, tags and sound."""

    path: Path
    width: int
    height: int
    fps: Fraction
    tags: Mapping[str, str]
    audio: Audio | None = None

    @property
    def part(self) -> Path:
        """Where the file grows before it takes its own name."""
        return part_of(self.path)

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


def write_mp4(
    frames: Frames,
    path: Path,
    *,
    fps: int,
    scale: int = 1,
    metadata: Mapping[str, object] | None = None,
    audio: Audio | None = None,
) -> Clip:
    """Write the frames, enlarged `scale` times, so that the file appears whole or not at all.

    The metadata becomes the title (its "prompt") and the comment (all of it, as JSON). Raises
    `OSError` if the file cannot be written.
    """
    _, height, width, _ = frames.shape
    size = shown_size(width, height, scale)
    clip = Clip(path, *size, Fraction(fps), _tags(metadata or {}), audio)
    try:
        encode(frames, clip)
        clip.part.replace(path)
    finally:
        clip.part.unlink(missing_ok=True)
    return clip


def encode(
    frames: Frames, clip: Clip, crf: float = FULL_CRF, sound_rate: int = _FULL_SOUND_RATE
) -> None:
    """Write `clip.part`, scaled to the clip's size; `sound_rate` is in bits a second."""
    with av.open(clip.part, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(clip.tags)
        options = _X264 | {"crf": str(crf)} | _instructions()
        pictures = container.add_stream("libx264", clip.fps, options)
        pictures.width, pictures.height, pictures.pix_fmt = clip.width, clip.height, "yuv420p"
        pictures.codec_context.thread_count = _THREADS
        pictures.codec_context.thread_type = "FRAME"  # smaller files than slices, and faster
        pictures.codec_context.color_range = ColorRange.MPEG
        pictures.codec_context.colorspace = _matrix(clip)
        pictures.codec_context.color_primaries = ColorPrimaries.BT709
        pictures.codec_context.color_trc = ColorTrc.BT709
        if clip.audio is not None:
            _add_sound(container, clip.audio, len(frames) / clip.fps, sound_rate)
        for picture in frames:
            container.mux(pictures.encode(_to_yuv(picture, clip)))
        container.mux(pictures.encode(None))


def _add_sound(
    container: OutputContainer, audio: Audio, seconds: Fraction, sound_rate: int
) -> None:
    samples = audio.samples[:, : round(seconds * audio.sample_rate)]
    layout = "mono" if len(samples) == 1 else "stereo"
    stream = container.add_stream("aac", audio.sample_rate, layout=layout)
    stream.bit_rate = sound_rate
    planes = np.ascontiguousarray(samples.clip(-1, 1), np.float32)
    frame = av.AudioFrame.from_ndarray(planes, "fltp", layout)
    frame.sample_rate = audio.sample_rate
    # without a time the encoder's first, empty samples would be heard, and all after them late
    frame.pts, frame.time_base = 0, Fraction(1, audio.sample_rate)
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


@functools.cache
def _instructions() -> dict[str, str]:
    """Keep x264 from AVX-512, whose macroblock tree reads memory that was never written.

    The same frames would give other pictures, depending on what the memory held before (seen with
    the x264 of PyAV 18, by glibc's MALLOC_PERTURB_). A CPU with AVX-512 has AVX2 too.
    """
    try:
        has_avx512 = "avx512" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    return {"x264-params": "asm=avx2"} if has_avx512 else {}


def shown_size(width: int, height: int, scale: int = 1) -> tuple[int, int]:
    """Return the size in pixels of a file whose frames are enlarged so many times: an even one."""
    width, height = width * scale, height * scale
    return width + width % 2, height + height % 2


def _tags(metadata: Mapping[str, object]) -> dict[str, str]:
    tags = {"title": str(metadata["prompt"])} if "prompt" in metadata else {}
    return tags | {"comment": json.dumps(dict(metadata), ensure_ascii=False)}


def _to_yuv(picture: NDArray[np.uint8], clip: Clip) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    is_rescaled = (rgb.width, rgb.height) != (clip.width, clip.height)
    scaling = Interpolation.LANCZOS if is_rescaled else Interpolation.BICUBIC
    return rgb.reformat(
        clip.width,
        clip.height,
        "yuv420p",
        dst_colorspace=_matrix(clip),
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        # the last flag: the colour of every pixel counts, not of every second one
        interpolation=scaling | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP,
    )


def _matrix(clip: Clip) -> Colorspace:
    """Return BT.709's matrix for high definition, BT.601's below.

    The file says which, and players that do not look guess so by the size. At the same likeness
    BT.601 takes fewer bytes of most clips: its luma depends less on green alone.
    """
    return Colorspace.ITU709 if clip.height >= _HD_HEIGHT else Colorspace.ITU601
