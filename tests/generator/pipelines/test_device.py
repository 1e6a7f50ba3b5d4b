"""Choosing the device."""

import pytest

from generator.errors import GeneratorUnavailableError
from generator.pipelines.device import detect


def test_a_cpu_is_always_there() -> None:
    device = detect("cpu")
    assert device.type == "cpu"
    assert device.name
    assert device.memory_bytes > 2**28


def test_the_best_is_chosen_by_itself() -> None:
    assert detect().type in {"cuda", "mps", "cpu"}


def test_a_device_that_is_not_there_is_said() -> None:
    with pytest.raises(GeneratorUnavailableError, match=r"no device 'tpu' here\. Available: .*cpu"):
        detect("tpu")
