"""A second, smaller file of a clip whose full file is over Discord's upload limit."""

from dataclasses import replace
from math import inf, log2

from generator.encoding import FULL_CRF, Clip, Frames, encode
from generator.errors import GenerationError
from generator.files import upload_of
from generator.messages import N_

_COARSEST_CRF = 36.0  # at 16 frames a second
"""About 0.02 bits a pixel; from here on fewer pixels give the better picture for the same bytes."""
_CRF_PER_OCTAVE = 2.4
"""x264 gives frames that are shown for twice as long the bits of a factor this much less."""
_CRF_PER_HALVING = 5.0  # of the file's size; between 3 and 10, by what the clip shows
_TRIES = 4
_AIM, _ENOUGH = 0.95, 0.8  # shares of the limit
_LEAST_EDGE = 160
_SOUND_RATE = 64_000


def write_upload(frames: Frames, full: Clip, max_bytes: int) -> Clip | None:
    """Write a file that fits beside the full one, which stays; `None` if that one fits itself.

    The bitrate comes down first, then the size (no edge below 160 pixels, unless the clip had
    one), then every second frame is dropped; the length stays. The file appears whole or not at
    all. Raises `GenerationError("invalid")` with the full file's path if nothing fits, `OSError` if
    it cannot be written.
    """
    if full.size_bytes <= max_bytes:
        return None
    if max_bytes <= 0:
        raise _too_large(full, max_bytes)
    upload = replace(full, path=upload_of(full.path))
    try:
        size = _encode_to_fit(frames, upload, max_bytes, {FULL_CRF: full.size_bytes})
        while size > max_bytes:
            if min(upload.width, upload.height) > _LEAST_EDGE:
                upload = _smaller(upload, max_bytes / size)
            elif upload.fps == full.fps and len(frames) > 1:
                frames, upload = frames[::2], replace(upload, fps=full.fps / 2)
            else:
                raise _too_large(full, max_bytes)
            size = _encode_to_fit(frames, upload, max_bytes, {})
    except BaseException:
        upload.path.unlink(missing_ok=True)
        raise
    finally:
        upload.part.unlink(missing_ok=True)
    return upload


def _encode_to_fit(frames: Frames, clip: Clip, max_bytes: int, sizes: dict[float, int]) -> int:
    """Write the clip as fine as fits, in few tries; return the least size there was, in bytes.

    `sizes` are those already known, by rate factor.
    """
    coarsest = round(_COARSEST_CRF + _CRF_PER_OCTAVE * log2(16 / clip.fps), 1)
    for tries_left in reversed(range(_TRIES)):
        crf = min(_next_crf(sizes, max_bytes), coarsest)
        if not tries_left and min(sizes.values()) > max_bytes:
            crf = coarsest
        if crf in sizes:
            break
        encode(frames, clip, crf, _SOUND_RATE)
        sizes[crf] = size = clip.part.stat().st_size
        if size <= max_bytes:
            clip.part.replace(clip.path)  # each file that fits is finer than the one before
            if size >= _ENOUGH * max_bytes:
                break
    return min(sizes.values())


def _next_crf(sizes: dict[float, int], max_bytes: int) -> float:
    """Return the rate factor that promises most of the limit, judging by the sizes so far."""
    if not sizes:
        return inf
    too_large = [crf for crf, size in sizes.items() if size > max_bytes]
    fitting = [crf for crf, size in sizes.items() if size <= max_bytes]
    start = max(too_large) if too_large else min(fitting)
    if too_large and fitting:
        end = min(fitting)
        slope = (end - start) / log2(sizes[start] / sizes[end])
    else:
        slope = _CRF_PER_HALVING * max(1, len(too_large))  # bolder each time it was not enough
    crf = start + slope * log2(sizes[start] / (_AIM * max_bytes))
    return max(round(crf, 1), FULL_CRF)


def _smaller(clip: Clip, share: float) -> Clip:
    """Return the clip at a size with about this share of the bytes; half the pixels take 64 %."""
    least = _LEAST_EDGE / min(clip.width, clip.height)
    scale = max(least, min(share**0.8, 0.8))
    width, height = (2 * round(edge * scale / 2) for edge in (clip.width, clip.height))
    return replace(clip, width=width, height=height)


def _too_large(full: Clip, max_bytes: int) -> GenerationError:
    return GenerationError(
        "invalid",
        N_(
            "The clip does not fit into {megabytes:.2g} MB, even smaller and coarser. Ask for a"
            " shorter one. The full clip is kept on the bot's machine as {file}."
        ),
        {"megabytes": max_bytes / 2**20, "file": full.path.name},
        path=str(full.path),
    )
