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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("pipeline")
    text_encoder = build_text_encoder(len(build_tokenizer()))
    transformer = build_transformer(64, 1)
    torch.nn.init.normal_(transformer.proj_out.weight)  # an untrained one predicts zero
    export(path, build_autoencoder(), text_encoder, transformer)
    return path


def test_a_stock_pipeline_loads_the_folder_and_makes_a_clip(folder: Path) -> None:
    pipeline: Any = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    assert type(pipeline).__name__ == "LattePipeline"
    pipeline.set_progress_bar_config(disable=True)
    arguments = CALL_ARGUMENTS | {"num_inference_steps": 2, "output_type": "pt"}
    clips = [
        pipeline("a red dog", generator=torch.Generator().manual_seed(seed), **arguments).frames
        for seed in (1, 1, 2)
    ]
    assert clips[0].shape == (1, 16, 3, 144, 144)
    assert torch.equal(clips[0], clips[1])
    assert not torch.equal(clips[0], clips[2])


def test_the_sampler_ends_at_the_clip_that_the_denoiser_predicts() -> None:
    scheduler: Any = build_scheduler()
    scheduler.set_timesteps(4)
    data = torch.randn(2, 3, 4)
    sample = torch.randn(2, 3, 4)
    assert scheduler.timesteps[0].item() >= 998  # starts from pure noise
    for time in scheduler.timesteps:
        sample = scheduler.step(data, time, sample, return_dict=False)[0]
    torch.testing.assert_close(sample, data)


def test_what_the_sampler_denoises_is_mixed_as_in_training() -> None:
    """With the true clip predicted, each step's sample is (1 - level) clip + level noise."""
    scheduler: Any = build_scheduler()
    scheduler.set_timesteps(8)
    data, noise = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    sample = noise
    for time, level in zip(scheduler.timesteps, scheduler.sigmas, strict=False):
        torch.testing.assert_close(sample, (1 - level) * data + level * noise, atol=2e-3, rtol=0)
        assert time.item() == pytest.approx(1000 * level.item(), abs=1)
        sample = scheduler.step(data, time, sample, return_dict=False)[0]
