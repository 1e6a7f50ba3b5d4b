"""Scenes, their captions, and the held-out split."""

from itertools import product
from random import Random

from generator.builtin.captions import (
    Scene,
    full_caption,
    is_held_out,
    sample_omissions,
    sample_scene,
    vary_caption,
)
from generator.builtin.vocabulary import COLOURS, MOTIONS, SHAPES, understands


def test_about_a_tenth_of_the_combinations_is_held_out() -> None:
    scenes = [Scene(*names, "white") for names in product(COLOURS, SHAPES, MOTIONS)]
    assert 0.07 < sum(map(is_held_out, scenes)) / len(scenes) < 0.13


def test_training_never_shows_a_held_out_combination() -> None:
    random = Random(0)
    assert not any(is_held_out(sample_scene(random)) for _ in range(500))
    assert all(is_held_out(sample_scene(random, held_out=True)) for _ in range(100))


def test_no_scene_hides_its_shape() -> None:
    random = Random(0)
    assert all(s.colour != s.background for s in (sample_scene(random) for _ in range(1000)))


def test_the_full_caption_reads_as_a_sentence() -> None:
    scene = Scene("orange", "star", "still", "night")
    assert full_caption(scene) == "an orange star still at night"
    big = Scene("orange", "star", "moving right", "white", "big")
    assert full_caption(big) == "a big orange star moving right on a white background"


def test_varied_captions_name_what_is_not_omitted() -> None:
    scene = Scene("red", "heart", "growing", "white", "big")
    caption = vary_caption(scene, Random(0), frozenset({"colour", "motion", "background", "size"}))
    assert caption.split()[-1] == "heart"
    random = Random(0)
    assert len({vary_caption(scene, random, sample_omissions(random)) for _ in range(50)}) > 25


def test_the_model_understands_every_plain_caption() -> None:
    random = Random(0)
    assert all(understands(full_caption(sample_scene(random))) for _ in range(300))
