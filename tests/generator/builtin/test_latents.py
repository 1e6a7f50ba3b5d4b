"""The latents say what a frame shows, from every cell alike."""

from random import Random

import numpy as np
import pytest
import torch

from generator.builtin import NUM_FRAMES
from generator.builtin.captions import Scene, sample_scene
from generator.builtin.latents import (
    GRID,
    LATENT_CHANNELS,
    channel_weights,
    channels,
    describe,
    latents_of,
    spread,
)
from generator.builtin.render import Take, sample_take
from generator.builtin.vocabulary import BACKGROUNDS, SHAPES


def _take(scene: Scene, seed: int = 0) -> Take:
    return sample_take(scene, np.random.default_rng(seed))


def test_the_parts_cover_all_channels_in_order() -> None:
    assert channels("seen from the cell") == slice(0, 2)
    assert channels("life").stop == LATENT_CHANNELS
    with pytest.raises(KeyError):
        channels("smell")
    assert channel_weights().sum() == pytest.approx(1)


def test_cells_agree_on_all_but_where_the_shape_lies_from_them() -> None:
    take = _take(Scene("red", "star", "orbiting", "sea"))
    latents = latents_of(take)
    assert latents.shape == (NUM_FRAMES, LATENT_CHANNELS, GRID, GRID)
    everywhere = latents[:, channels("seen from the cell").stop :]
    assert torch.equal(everywhere, everywhere[..., :1, :1].expand_as(everywhere))
    across, down = latents[:, 0], latents[:, 1]
    assert (across.diff(dim=-1) < 0).all()
    assert (down.diff(dim=-2) < 0).all()
    cell = take.poses[0].y * GRID, take.poses[0].x * GRID
    here = latents[0, :2, int(cell[0]), int(cell[1])]
    assert here.abs().max() <= 0.5 / GRID / 0.3 + 1e-3


def test_a_spinning_star_looks_the_same_after_a_fifth_of_a_turn() -> None:
    rows = describe(_take(Scene("red", "star", "spinning", "white")))
    start = rows[0, [9, 10]]
    torch.testing.assert_close(start, torch.tensor([1.0, 0.0]))
    assert rows[:, 9].min() < -0.9


def test_only_a_spinning_circle_has_two_tones() -> None:
    part = channels("two tones")

    def two_tones(shape: str, motion: str) -> bool:
        return bool((latents_of(_take(Scene("red", shape, motion, "sky")))[:, part] > 1).all())

    assert two_tones("circle", "spinning")
    assert not two_tones("circle", "still")
    assert not two_tones("heart", "spinning")


def test_channels_are_about_centred_and_scaled() -> None:
    random, rng = Random(0), np.random.default_rng(0)
    takes = [sample_take(sample_scene(random), rng) for _ in range(300)]
    latents = spread(torch.stack([describe(take) for take in takes]))
    assert latents.mean((0, 1, 3, 4)).abs().max() < 1.5
    deviations = latents.std((0, 1, 3, 4))
    assert deviations.min() > 0.2
    assert deviations.max() < 1.5
    assert len(SHAPES) + len(BACKGROUNDS) < LATENT_CHANNELS
