"""Ground-truth clips, and the detector that must read them without fail."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest

from generator.builtin.captions import Scene, sample_scene
from generator.builtin.detector import Detector
from generator.builtin.evaluate import score
from generator.builtin.render import Pose, draw_shape, render, sample_take
from generator.builtin.vocabulary import BACKGROUNDS, MOTIONS, SHAPES


def test_a_clip_has_frames_of_bytes_and_coverage_between_0_and_1() -> None:
    scene = Scene("red", "circle", "moving right", "white")
    clip, coverage = render(scene, np.random.default_rng(0))
    assert clip.shape == (16, 144, 144, 3)
    assert clip.dtype == np.uint8
    assert coverage.shape == (16, 144, 144)
    assert coverage.min() == 0.0
    assert coverage.max() == 1.0


def test_the_same_seed_draws_the_same_clip() -> None:
    scene = Scene("red", "circle", "bouncing", "sky")
    first, second = (render(scene, np.random.default_rng(5))[0] for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_drawn_whole_and_smooth(shape: str) -> None:
    coverage = draw_shape(shape, Pose(0.5, 0.5, 0.3), 96)
    assert 0.1 < coverage.mean() < 0.36
    assert ((coverage > 0.05) & (coverage < 0.95)).any()
    assert coverage[0].max() == 0.0


@pytest.mark.parametrize("motion", MOTIONS)
def test_shapes_stay_mostly_in_the_frame(motion: str) -> None:
    for seed in range(5):
        scene = Scene("red", "circle", motion, "white", "big")
        _, coverage = render(scene, np.random.default_rng(seed), size=48)
        assert coverage.sum((1, 2)).min() > 30


@pytest.mark.parametrize("background", ["sky", "night", "sea", "grass", "sunset"])
def test_drawn_backgrounds_have_some_life(background: str) -> None:
    clip, _ = render(Scene("red", "star", "still", background), np.random.default_rng(1))
    assert (clip[0] != clip[-1]).any(axis=-1).mean() > 0.001


def test_the_detector_reads_ground_truth() -> None:
    random, rng, detector = Random(3), np.random.default_rng(3), Detector()
    scenes = [sample_scene(random) for _ in range(20)]
    accuracy = score(scenes, [detector.detect(render(scene, rng)[0]) for scene in scenes])
    assert accuracy.shares["everything"] >= 0.97


def test_the_detector_sees_an_empty_frame_as_such() -> None:
    detector = Detector()
    for background in BACKGROUNDS[:2]:
        shade = 250 if background == "white" else 10
        seen = detector.detect(np.full((16, 144, 144, 3), shade, np.uint8))
        assert seen == Scene("", "", "", background)


@pytest.mark.parametrize("motion", MOTIONS)
def test_what_follows_a_clip_goes_on_from_it_and_stays_in_the_frame(motion: str) -> None:
    scene = Scene("red", "circle", motion, "sunset")
    begun, later = (sample_take(scene, np.random.default_rng(3), start=start) for start in (0, 12))
    assert begun.poses[12:] == later.poses[:4]
    assert begun.life[12:] == pytest.approx(later.life[:4])
    radius = max(pose.radius for pose in begun.poses)
    steps = [b.x - a.x for a, b in pairwise(later.poses)]
    assert all(radius * 0.99 <= pose.x <= 1 - radius * 0.99 for pose in later.poses)
    if motion == "moving right":
        assert steps[0] > 0 > steps[-1], "it turns back at its end"
