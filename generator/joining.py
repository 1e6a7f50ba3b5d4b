"""One clip of two, of which the later begins with the last frame of the earlier."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.encoding import Audio, Frames, Rendering
from generator.snapshots import Picture

_EVENED = 1.0
"""Seconds in which the later clip finds back to its own light and colours, unseen."""
_CELLS = 8
"""Along the shorter edge; light and colours are compared in cells, so that no outline is drawn."""
_LIGHT = 24
"""Grey levels by which light and colours change at most; what differs more is something else."""
_FADE = 0.01
"""Seconds of sound that go down before the seam and come up after it, so that nothing clicks."""

_Samples = NDArray[np.floating]


def join(earlier: Rendering, later: Rendering, fps: int, shown_again: int = 1) -> Rendering:
    """Return both as one clip without a cut.

    So many frames of the later one show what the earlier one's last do, and are left out. What a
    model's way from pixels to latents and back did to light and colours fades away within a
    second. Where one of them has no sound, it is silent.
    """
    shown_again = min(shown_again, len(earlier.frames))
    new = later.frames[shown_again - 1 :]
    following = _evened(earlier.frames[-1], new, max(1, round(_EVENED * fps)))
    sound = _join_sound(earlier, later, fps, shown_again)
    return Rendering(np.concatenate([earlier.frames, following]), sound)


def _evened(last: Picture, frames: Frames, count: int) -> Frames:
    """Return the frames after the first, some of them with what the first lacks of `last`."""
    lacking = _coarse(last.astype(np.float32) - frames[0])
    following = frames[1:].copy()
    for place, frame in enumerate(following[:count], start=1):
        share = 1 - place / (count + 1)
        frame[:] = (frame + share * lacking).round().clip(0, 255).astype(np.uint8)
    return following


def _coarse(difference: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a difference, shape (height, width, 3), without its details and what is no light."""
    height, width, _ = difference.shape
    edge = min(height, width) / _CELLS
    size = max(1, round(width / edge)), max(1, round(height / edge))
    cells = _resized(difference, size, Image.Resampling.BOX)
    cells[np.abs(cells).max(-1) > _LIGHT] = 0  # a shape that is not quite where it was
    return _resized(cells, (width, height), Image.Resampling.BICUBIC)


def _resized(
    planes: NDArray[np.float32], size: tuple[int, int], resample: Image.Resampling
) -> NDArray[np.float32]:
    """Resize each channel of (height, width, channels) to a width and height."""
    channels = np.moveaxis(planes, -1, 0)
    images = [Image.fromarray(np.ascontiguousarray(channel)) for channel in channels]
    return np.stack([np.asarray(image.resize(size, resample)) for image in images], axis=-1)


def _join_sound(earlier: Rendering, later: Rendering, fps: int, shown_again: int) -> Audio | None:
    given = [half.audio for half in (earlier, later) if half.audio is not None]
    if not given:
        return None
    rate = given[0].sample_rate
    channels = max(len(audio.samples) for audio in given)
    first = _laid_out(earlier, fps, rate, channels)
    second = _laid_out(later, fps, rate, channels)[:, round(shown_again * rate / fps) :]
    fade = np.linspace(1, 0, round(_FADE * rate))
    count = min(len(fade), first.shape[1], second.shape[1])
    if count:
        first[:, -count:] *= fade[-count:]
        second[:, :count] *= fade[::-1][:count]
    return Audio(np.concatenate([first, second], axis=1), rate)


def _laid_out(half: Rendering, fps: int, rate: int, channels: int) -> _Samples:
    """Return its sound as exactly so many samples a second as its frames take, or silence."""
    samples = np.zeros((channels, round(len(half.frames) / fps * rate)), np.float32)
    if half.audio is not None:
        times = _times(samples, rate)
        known = _times(half.audio.samples, half.audio.sample_rate)
        for channel in range(channels):
            heard = half.audio.samples[min(channel, len(half.audio.samples) - 1)]
            samples[channel] = np.interp(times, known, heard, right=0.0)
    return samples


def _times(samples: _Samples, rate: int) -> NDArray[np.float64]:
    """Return when each sample of (channels, samples) is heard, in seconds."""
    return np.arange(samples.shape[-1], dtype=np.float64) / rate
