"""Which way of holding a model fits a GPU."""

import pytest

from generator.memory import NO_GPU, Memory, Mode, smaller

GIB = 2**30
MODEL = Memory(resident=20.0, model_offload=11.5, group_offload=6.0)


@pytest.mark.parametrize(
    ("gib", "mode"),
    [
        (80, "resident"),
        (20, "resident"),
        (19.9, "model_offload"),
        (11.5, "model_offload"),
        (8, "group_offload"),
        (2, "group_offload"),  # nothing fits: the thriftiest
    ],
)
def test_the_fastest_mode_that_fits(gib: float, mode: Mode) -> None:
    assert MODEL.mode_for(int(gib * GIB)) == mode


def test_modes_that_are_not_known_are_not_tried() -> None:
    assert Memory(model_offload=6.0).mode_for(80 * GIB) == "model_offload"
    assert NO_GPU.mode_for(0) == "resident"


def test_moving_layers_to_and_fro_is_not_running_well() -> None:
    assert MODEL.runs_well(12 * GIB)
    assert not MODEL.runs_well(11 * GIB)
    assert NO_GPU.runs_well(0)


def test_each_mode_is_followed_by_one_that_takes_less() -> None:
    assert smaller("resident") == "model_offload"
    assert smaller("model_offload") == "group_offload"
    assert smaller("group_offload") is None


def test_who_needs_a_gpu() -> None:
    assert MODEL.needs_gpu
    assert MODEL.most == 20.0
    assert not NO_GPU.needs_gpu
