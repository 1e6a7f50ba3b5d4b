"""Stability and diversity, measured on ground truth and on clips spoilt on purpose."""

import numpy as np
import pytest

from generator.builtin.captions import Scene
from generator.builtin.detector import Detector
from generator.builtin.quality import diversity, stability
from generator.builtin.render import Clip, render

SCENE = Scene("red", "star", "moving right", "white")


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def _clip(scene: Scene = SCENE, seed: int = 0) -> Clip:
    return render(scene, np.random.default_rng(seed))[0]


def test_a_rendered_shape_keeps_its_form_on_a_calm_background(detector: Detector) -> None:
    steady = stability(detector, [_clip()])
    assert steady.kept_form > 0.9
    assert steady.flicker < 0.1


def test_a_shape_that_changes_loses_form(detector: Detector) -> None:
    spoilt = _clip()
    spoilt[::2] = _clip(Scene("red", "cross", "moving right", "white"))[::2]
    assert stability(detector, [spoilt]).kept_form < stability(detector, [_clip()]).kept_form - 0.1


def test_noise_is_seen_as_flicker(detector: Detector) -> None:
    rng = np.random.default_rng(0)
    noisy = np.clip(_clip() + rng.normal(0, 5, _clip().shape), 0, 255).astype(np.uint8)
    assert stability(detector, [noisy]).flicker > 3


def test_diversity_is_nothing_for_equal_clips_and_something_for_other_seeds(
    detector: Detector,
) -> None:
    still = Scene("blue", "heart", "still", "black")
    same = diversity(detector, [[_clip(still), _clip(still)]])
    assert (same.position, same.size) == (0, 0)
    varied = diversity(detector, [[_clip(still, seed) for seed in range(6)]])
    assert varied.position > 0.02
    assert varied.size > 0.02


def test_a_clip_without_a_shape_is_left_out(detector: Detector) -> None:
    empty = np.full((16, 144, 144, 3), 250, np.uint8)
    assert detector.track(empty) is None
