"""Loading a model, and the words for each way it can fail."""

# pyright: reportPrivateImportUsage=false

import logging
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import TextToVideoSDPipeline

from generator.errors import DeviceLostError, GenerationError
from generator.pipelines.device import Device
from generator.pipelines.loader import load, loaded_revision
from generator.spec import ModelSpec

CPU = Device("cpu", "test", 1)


def failure(spec: ModelSpec) -> GenerationError:
    with pytest.raises(GenerationError) as caught:
        load(spec, CPU)
    return caught.value


@pytest.fixture
def hub_spec(spec: ModelSpec) -> ModelSpec:
    return replace(spec, source="somebody/some-model")


def break_loading(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def from_pretrained(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(TextToVideoSDPipeline, "from_pretrained", from_pretrained)


def test_the_class_scheduler_and_number_format_are_the_entrys(spec: ModelSpec) -> None:
    pipeline = load(spec, CPU)
    assert type(pipeline) is TextToVideoSDPipeline
    assert type(pipeline.scheduler).__name__ == "DPMSolverMultistepScheduler"
    assert pipeline.scheduler.config.beta_start == pytest.approx(0.00085), "the model's own"
    assert {p.dtype for p in pipeline.unet.parameters()} == {torch.float32}


def test_a_missing_folder(spec: ModelSpec, tmp_path: Path) -> None:
    error = failure(replace(spec, source=str(tmp_path / "nothing")))
    assert error.reason == "unavailable"
    assert "Tiny is not installed" in str(error)


@pytest.mark.parametrize(
    ("damage", "words"),
    [("truncated", "model.fp16.safetensors is broken"), ("missing", "its files look broken")],
)
def test_broken_files(
    spec: ModelSpec, tmp_path: Path, damage: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(spec.source, folder)
    weights = folder / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    if damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:1000])
    else:
        weights.unlink()
    error = failure(replace(spec, source=str(folder)))
    assert error.reason == "unavailable"
    assert words in str(error)
    assert caplog.records[-1].levelno == logging.ERROR


def test_a_model_that_was_not_downloaded(
    hub_spec: ModelSpec, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    error = failure(hub_spec)
    assert error.reason == "unavailable"
    assert "not on this machine yet. Download it with `python -m generator" in str(error)


def test_too_little_memory(spec: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    break_loading(monkeypatch, MemoryError())
    assert failure(spec).reason == "out_of_memory"


def test_a_device_that_is_lost_is_said_to_be(
    spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process has to end: no other model would load in it, either."""

    def to(*_: object) -> None:
        raise RuntimeError("CUDA error: unspecified launch failure")

    monkeypatch.setattr(TextToVideoSDPipeline, "to", to)
    with pytest.raises(DeviceLostError):
        load(spec, CPU)


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_model_in_the_cache_loads_without_a_network_and_says_its_commit(
    spec: ModelSpec, hub_spec: ModelSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "models--somebody--some-model"
    shutil.copytree(spec.source, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert type(load(hub_spec, CPU)) is TextToVideoSDPipeline
    assert loaded_revision(hub_spec) == COMMIT


def test_a_folder_has_no_commit(spec: ModelSpec) -> None:
    assert loaded_revision(spec) is None
