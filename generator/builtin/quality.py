"""How steady the model's clips are and how much its seeds differ, beside ground truth."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from generator.builtin.detector import Detector, Track
from generator.builtin.render import Clip


@dataclass(frozen=True)
class Stability:
    """Means over clips; see `Track` for what they measure."""

    kept_form: float
    flicker: float

    def __str__(self) -> str:
        return f"form kept {self.kept_form:.3f}, background flicker {self.flicker:.2f}"


@dataclass(frozen=True)
class Diversity:
    """How far clips of one prompt lie apart, from seed to seed."""

    position: float
    """Mean deviation of the shape's mean position, in units of the width."""
    size: float
    """Mean deviation of the logarithm of its area."""

    def __str__(self) -> str:
        return f"position ±{self.position:.3f} widths, area ±{self.size:.0%}"


def stability(detector: Detector, clips: Iterable[Clip]) -> Stability:
    """Measure every clip whose shape can be followed."""
    tracks = _tracks(detector, clips)
    return Stability(
        kept_form=float(np.mean([track.kept_form for track in tracks])),
        flicker=float(np.mean([track.flicker for track in tracks])),
    )


def diversity(detector: Detector, groups: Iterable[Iterable[Clip]]) -> Diversity:
    """Compare the clips of each group, which share a prompt and differ in their seed."""
    positions: list[float] = []
    sizes: list[float] = []
    for group in groups:
        tracks = _tracks(detector, group)
        if len(tracks) > 1:
            places = np.stack([track.centres.mean(0) for track in tracks])
            positions.append(float(places.std(0).mean()))
            sizes.append(float(np.std([np.log(track.areas.mean()) for track in tracks])))
    return Diversity(float(np.mean(positions)), float(np.mean(sizes)))


def _tracks(detector: Detector, clips: Iterable[Clip]) -> list[Track]:
    return [track for clip in clips if (track := detector.track(clip)) is not None]
