"""Clips to encode, and a look into the files."""

import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from generator.encoding import Audio, Frames


def moving_square(num_frames: int = 12, height: int = 64, width: int = 96) -> Frames:
    """Red on white, one pixel further right in every frame."""
    frames = np.full((num_frames, height, width, 3), 255, np.uint8)
    for index, frame in enumerate(frames):
        frame[16:40, 16 + index : 40 + index] = (220, 30, 30)
    return frames


def noise(num_frames: int = 16, edge: int = 128) -> Frames:
    """What cannot be compressed."""
    return np.random.default_rng(0).integers(0, 256, (num_frames, edge, edge, 3), dtype=np.uint8)


def texture(num_frames: int = 24, height: int = 240, width: int = 320) -> Frames:
    """A pan over what is as detailed as a photograph (1/f), with a little grain."""
    rng = np.random.default_rng(0)
    rows, columns = height + num_frames, width + 2 * num_frames
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    weights = np.maximum(frequency, 1 / columns)[..., None] ** -1.2
    spectrum = np.fft.rfft2(rng.standard_normal((rows, columns, 3)), axes=(0, 1)) * weights
    scene = np.fft.irfft2(spectrum, (rows, columns), axes=(0, 1))
    scene = 128 + 45 * scene / scene.std()
    pan = [scene[i : i + height, 2 * i : 2 * i + width] for i in range(num_frames)]
    grain = rng.standard_normal((num_frames, height, width, 3)) * 4
    return (np.stack(pan) + grain).clip(0, 255).astype(np.uint8)


def tone(seconds: float, sample_rate: int = 24_000, channels: int = 2) -> Audio:
    """A sine at half the full volume: 440 Hz in the first channel, 880 Hz in the second."""
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    waves = [np.sin(2 * np.pi * 440 * (1 + channel) * times) for channel in range(channels)]
    return Audio(np.stack(waves) / 2, sample_rate)


def decode(path: Path, size: tuple[int, int] | None = None) -> Frames:
    """Return a file's frames, scaled to a (width, height) if one is given."""
    width, height = size or (None, None)
    with av.open(path) as container:
        pictures = [
            frame.reformat(width, height, "rgb24", interpolation="BICUBIC").to_ndarray()
            for frame in container.decode(video=0)
        ]
    return np.stack(pictures).astype(np.uint8, copy=False)


def hear(path: Path) -> tuple[Audio, Fraction]:
    """Return a file's sound, and its length in seconds as the file states it."""
    with av.open(path) as container:
        (stream,) = container.streams.audio
        assert stream.codec_context.name == "aac"
        assert stream.duration is not None
        assert stream.time_base is not None
        parts = [frame.to_ndarray() for frame in container.decode(stream)]
        return Audio(
            np.concatenate(parts, axis=1).astype(np.float32), stream.sample_rate
        ), stream.duration * stream.time_base


def loudest_frequencies(audio: Audio) -> list[int]:
    """Return each channel's, in Hz."""
    spectrum = np.abs(np.fft.rfft(audio.samples))
    hertz = spectrum.argmax(axis=1) * audio.sample_rate / audio.samples.shape[1]
    return [round(value) for value in hertz]


def psnr(frames: NDArray[np.uint8], reference: NDArray[np.uint8]) -> float:
    """Return the peak signal-to-noise ratio in dB: above 35 hardly seen, below 25 plainly."""
    return 10 * math.log10(255**2 / np.mean((frames.astype(np.float64) - reference) ** 2))
