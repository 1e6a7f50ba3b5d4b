"""Frames to MP4: our encoder against diffusers' `export_to_video`, in seconds and in bytes."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from av.video.reformatter import Colorspace
from diffusers.utils import export_to_video  # pyright: ignore[reportPrivateImportUsage]
from numpy.typing import NDArray
from torch.nn.functional import avg_pool2d

from benchmarks.table import Row
from benchmarks.timing import compare, time_in_turns
from generator.encoding import Clip, Frames, encode, write_mp4

_FPS = 8
_RATE_FACTORS = (18.0, 20.0, 22.0, 24.0, 26.0, 28.0, 30.0)
_REC_601, _REC_709 = (0.299, 0.587, 0.114), (0.2126, 0.7152, 0.0722)
_WINDOW = 8  # pixels


async def compare_speed(pictures: Sequence[Any], folder: Path, rounds: int) -> Row:
    """Compare the seconds from frames, as the pipeline gives them to either, to the file."""
    frames, path = as_frames(pictures), folder / "ours.mp4"

    async def ours() -> None:
        write_mp4(frames, path, fps=_FPS)

    async def theirs() -> None:
        export_to_video(list(pictures), str(folder / "theirs.mp4"), fps=_FPS)

    works = {"frames to MP4, same size": ours, "export_to_video": theirs}
    seconds = await time_in_turns(works, rounds)
    return compare(seconds, *works, goal="≤ 0.50")


def compare_sizes(clips: Sequence[Sequence[Any]], folder: Path) -> Row:
    """Compare the bytes at the same likeness to the frames, clip by clip."""
    ours, theirs = zip(*(_sizes(clip, folder) for clip in clips), strict=True)
    ratios = sorted(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Row(
        name="bytes at equal SSIM",
        reference="export_to_video",
        value=f"{np.median(ours) / 1000:.1f} kB",
        reference_value=f"{np.median(theirs) / 1000:.1f} kB",
        ratio=float(np.median(ratios)),
        lowest=ratios[0],
        highest=ratios[-1],
        goal="≤ 1.00",
    )


def as_frames(pictures: Sequence[Any]) -> Frames:
    """Return PIL images as one array."""
    return np.stack([np.asarray(picture) for picture in pictures])


def _sizes(pictures: Sequence[Any], folder: Path) -> tuple[float, int]:
    """Return our bytes at the SSIM of their file, between those at rate factors, and theirs."""
    frames = as_frames(pictures)
    path = folder / "theirs.mp4"
    export_to_video(list(pictures), str(path), fps=_FPS)
    _, height, width, _ = frames.shape
    clip = Clip(folder / "ours.mp4", width, height, Fraction(_FPS), {})
    found: list[tuple[float, int]] = []
    for rate_factor in _RATE_FACTORS:
        encode(frames, clip, rate_factor)
        found.append((ssim(frames, clip.part), clip.part.stat().st_size))
    likenesses, sizes = zip(*sorted(found), strict=True)
    size = float(np.exp(np.interp(ssim(frames, path), likenesses, np.log(sizes))))
    return size, path.stat().st_size


def ssim(frames: Frames, path: Path) -> float:
    """Return the mean structural similarity of a file's luma to that of the frames."""
    with av.open(path) as container:
        decoded = list(container.decode(video=0))
    weights = _REC_709 if decoded[0].colorspace == Colorspace.ITU709 else _REC_601
    seen = np.stack([frame.to_ndarray()[: frame.height, : frame.width] for frame in decoded])
    wanted = 16 + 219 / 255 * (frames @ np.array(weights, np.float32))
    return _mean_ssim(wanted.astype(np.float32), seen.astype(np.float32))


def _mean_ssim(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    one, other = (torch.from_numpy(planes[:, None]) for planes in (first, second))
    mean_one, mean_other = _mean(one), _mean(other)
    variance_one = _mean(one * one) - mean_one**2
    variance_other = _mean(other * other) - mean_other**2
    covariance = _mean(one * other) - mean_one * mean_other
    steady = (0.01 * 219) ** 2, (0.03 * 219) ** 2
    light = (2 * mean_one * mean_other + steady[0]) / (mean_one**2 + mean_other**2 + steady[0])
    shape = (2 * covariance + steady[1]) / (variance_one + variance_other + steady[1])
    return float((light * shape).mean())


def _mean(planes: torch.Tensor) -> torch.Tensor:
    return avg_pool2d(planes, _WINDOW, stride=1)
