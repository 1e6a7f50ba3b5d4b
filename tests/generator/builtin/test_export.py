"""The exported folder: a stock pipeline that samples as the training code understands it."""

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline

from generator.builtin.architecture import (
    CALL_ARGUMENTS,
    build_autoencoder,
    build_scheduler,
    build_text_encoder,
    build_transformer,
)
from generator.builtin.export import export
from generator.builtin.tokenizer import build_tokenizer

pytestmark = [
    pytest.mark.filterwarnings("ignore:CPU Autocast only supports"),
    pytest.mark.filterwarnings("ignore:In CPU autocast"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("pipeline")
    text_encoder = build_text_encoder(len(build_tokenizer()))
    export(path, build_autoencoder(), text_encoder, build_transformer(64, 1))
    return path


def test_a_stock_pipeline_loads_the_folder_and_makes_a_clip(folder: Path) -> None:
    pipeline: Any = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    assert type(pipeline).__name__ == "MochiPipeline"
    pipeline.set_progress_bar_config(disable=True)
    arguments = CALL_ARGUMENTS | {"num_inference_steps": 2, "output_type": "pt"}
    clips = [
        pipeline("a red dog", generator=torch.Generator().manual_seed(seed), **arguments).frames
        for seed in (1, 1, 2)
    ]
    assert clips[0].shape == (1, 19, 3, 96, 96)
    assert torch.equal(clips[0], clips[1])
    assert not torch.equal(clips[0], clips[2])


def test_the_pipeline_walks_from_noise_to_data_along_the_velocity() -> None:
    """With the true velocity of one data point, the sampler ends at that point."""
    scheduler: Any = build_scheduler()
    pipeline_sigmas = [1.0, 0.9, 0.5, 0.2]
    scheduler.set_timesteps(sigmas=pipeline_sigmas)
    noise, data = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    sample = noise
    assert scheduler.timesteps[0].item() == pytest.approx(0, abs=0.01)
    for time in scheduler.timesteps:
        sample = scheduler.step(data - noise, time, sample, return_dict=False)[0]
    torch.testing.assert_close(sample, data)
