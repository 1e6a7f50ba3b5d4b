"""How well the model goes on from frames that it is given: the same shape, without a jump."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from generator.builtin import HELD_FRAMES
from generator.builtin.captions import Scene
from generator.builtin.detector import Detector
from generator.builtin.render import Clip


@dataclass(frozen=True)
class GoingOn:
    """Means over clips of `HELD_FRAMES` frames that were given and what follows them."""

    kept: float
    """Share of clips that show the colour, shape and background of those that they go on from."""
    jump: float
    """How far the shape's path bends where the new frames begin, in units of the width a frame."""
    clips: int


def going_on(detector: Detector, pairs: Iterable[tuple[Scene, Clip]]) -> GoingOn:
    """Measure clips against the scenes that were given."""
    kept: list[bool] = []
    jumps: list[float] = []
    for given, clip in pairs:
        seen, track = detector.detect(clip), detector.track(clip)
        kept.append(_look(seen) == _look(given))
        if track is not None and len(track.centres) == len(clip):
            bends = np.linalg.norm(np.diff(track.centres, 2, axis=0), axis=1)
            jumps.append(float(bends[HELD_FRAMES - 2 : HELD_FRAMES].mean()))
    return GoingOn(float(np.mean(kept)), float(np.mean(jumps)), len(kept))


def _look(scene: Scene) -> tuple[str, str, str]:
    return scene.colour, scene.shape, scene.background
