"""The GPU script on a CPU: tiny models of the same classes, through the real engine."""

import sys
from pathlib import Path

import pytest
import torch

from benchmarks import gpu
from benchmarks.full_size import FULL, tiny
from generator.pipelines.device import detect


@pytest.mark.parametrize("name", sorted(FULL))
def test_every_model_is_measured(name: str, tmp_path: Path) -> None:
    result = gpu.measure(tiny(name), detect("cpu"), "chosen", 3, tmp_path)
    assert result.model == name
    assert 0 < result.step < result.first_clip + result.rest
    assert result.overhead > 1
    assert result.cancel > 0
    assert name in gpu.as_markdown([result])


def test_without_a_gpu_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["gpu"])
    with pytest.raises(SystemExit, match="There is no GPU that torch can use here"):
        gpu.main()
