"""The whole way from nothing to a pipeline that makes a clip, in seconds instead of hours."""

from pathlib import Path

import pytest

from generator.builtin import NUM_FRAMES, SIZE, STAGES
from generator.builtin.evaluate import ShippedModel
from generator.builtin.train import Plan, adopt, export_training, train

TINY = Plan(minutes=0.03, text_steps=2, processes=1, compiled=False)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    (folder / "left over").touch()
    train(folder, TINY, from_scratch=True)
    return folder


def test_one_call_trains_every_stage_from_nothing(work: Path) -> None:
    assert not (work / "left over").exists()
    finished = {path.stem for path in work.glob("*.done")}
    assert finished == set(STAGES)


def test_the_result_is_a_pipeline_that_makes_clips(work: Path, tmp_path: Path) -> None:
    size = export_training(work, tmp_path)
    assert size < 25e6
    model = ShippedModel(tmp_path)
    assert model.clip("a red circle", seed=0).shape == (NUM_FRAMES, SIZE, SIZE, 3)


def test_training_can_go_on_from_an_exported_pipeline(work: Path, tmp_path: Path) -> None:
    export_training(work, tmp_path / "model")
    (tmp_path / "work").mkdir()
    adopt(tmp_path / "work", tmp_path / "model")
    export_training(tmp_path / "work", tmp_path / "again")
    for part in ("transformer", "vae", "text_encoder"):
        first, second = (
            next((tmp_path / name / part).glob("*.safetensors")).read_bytes()
            for name in ("model", "again")
        )
        assert first == second, part
