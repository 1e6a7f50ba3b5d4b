"""A look between two steps: the predicted clip by the scheduler's own formula, and its picture."""

# pyright: reportPrivateImportUsage=false

import gc
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch

from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.preview import predicted_clean
from generator.pipelines.runtime import TorchRuntime
from generator.snapshots import Snapshot
from generator.spec import ModelSpec
from tests.generator.pipelines.tiny.catalogue import tiny_spec

SHAPE = (1, 4, 3, 8, 8)

SCHEDULERS: list[tuple[str, dict[str, Any]]] = [
    *(
        (name, {"prediction_type": prediction})
        for name in (
            "DDIMScheduler",
            "CogVideoXDDIMScheduler",
            "DPMSolverMultistepScheduler",
            "UniPCMultistepScheduler",
        )
        for prediction in ("epsilon", "v_prediction", "sample")
    ),
    ("EulerDiscreteScheduler", {"prediction_type": "epsilon"}),
    ("EulerDiscreteScheduler", {"prediction_type": "v_prediction"}),
    (
        "DPMSolverMultistepScheduler",
        {"prediction_type": "flow_prediction", "use_flow_sigmas": True},
    ),
    ("UniPCMultistepScheduler", {"prediction_type": "flow_prediction", "use_flow_sigmas": True}),
    ("FlowMatchEulerDiscreteScheduler", {"shift": 3.0}),
    ("FlowMatchLCMScheduler", {"shift": 3.0}),
    ("FlowMapEulerDiscreteScheduler", {}),
]


def oracle(scheduler: Any, clean: torch.Tensor, sample: torch.Tensor, step: int) -> torch.Tensor:
    """Return what a perfect network says of a sample, in the form the scheduler asks for.

    `sample = alpha * clean + sigma * noise`, by the definition of each schedule.
    """
    prediction = scheduler.config.get("prediction_type", "flow_prediction")
    alpha, sigma = noise_of(scheduler, step)
    noise = (sample - alpha * clean) / sigma
    if prediction == "v_prediction" and isinstance(scheduler, diffusers.EulerDiscreteScheduler):
        root = (sigma**2 + 1) ** 0.5
        return (noise - sigma * clean) / root  # for alpha = 1, which it scales the others to
    return {
        "epsilon": noise,
        "v_prediction": alpha * noise - sigma * clean,
        "sample": clean,
        "flow_prediction": noise - clean,
    }[prediction]


def noise_of(scheduler: Any, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    if isinstance(scheduler, diffusers.EulerDiscreteScheduler):
        return torch.tensor(1.0), scheduler.sigmas[step]
    if "Flow" in type(scheduler).__name__ or scheduler.config.get("use_flow_sigmas"):
        return 1 - scheduler.sigmas[step], scheduler.sigmas[step]
    if hasattr(scheduler, "sigmas"):  # sigma over alpha
        alpha = (scheduler.sigmas[step] ** 2 + 1) ** -0.5
        return alpha, alpha * scheduler.sigmas[step]
    product = scheduler.alphas_cumprod[scheduler.timesteps[step]]
    return product**0.5, (1 - product) ** 0.5


@pytest.mark.parametrize(("name", "config"), SCHEDULERS, ids=lambda value: str(value))
@pytest.mark.parametrize("return_dict", [True, False])
def test_the_prediction_of_a_perfect_network_is_the_clip_at_every_step(
    name: str, config: dict[str, Any], return_dict: bool
) -> None:
    scheduler = getattr(diffusers, name)(**config)
    scheduler.set_timesteps(6)
    rng = torch.Generator().manual_seed(0)
    clean = torch.randn(SHAPE, generator=rng).clamp(-1, 1)
    alpha, sigma = noise_of(scheduler, 0)
    sample = alpha * clean + sigma * torch.randn(SHAPE, generator=rng)
    for step, timestep in enumerate(scheduler.timesteps):
        said = oracle(scheduler, clean, sample, step)
        if name == "EulerDiscreteScheduler":
            scheduler.scale_model_input(sample, timestep)
        result = scheduler.step(said, timestep, sample, return_dict=return_dict)
        seen = predicted_clean(scheduler, said, sample, result)
        assert seen is not None
        assert torch.allclose(seen, clean, atol=2e-3)
        sample = result.prev_sample if return_dict else result[0]


def test_a_solver_that_only_knows_the_noise_tells_no_prediction() -> None:
    scheduler = diffusers.UniPCMultistepScheduler(predict_x0=False)
    scheduler.set_timesteps(4)
    sample = torch.randn(SHAPE)
    result = scheduler.step(sample, scheduler.timesteps[0], sample)
    assert predicted_clean(scheduler, sample, sample, result) is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tiny")


def run(pipeline: DiffusersPipeline, spec: ModelSpec) -> tuple[np.ndarray, list[Snapshot]]:
    snapshots: list[Snapshot] = []
    request = spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    frames = pipeline.run(request, lambda *_: None, snapshots.append).frames
    return frames, snapshots


@pytest.mark.parametrize(
    "name",
    [
        "builtin",
        "modelscope",
        "animatediff",
        "wan-1b",
        "wan22-5b",
        "fastwan-5b",
        "anyflow-1b",
        "skyreels-v2",
        "sana-video",
        "hunyuan-15",
    ],
)
def test_the_picture_after_the_last_step_is_the_clips_own_frame(
    runtime: TorchRuntime, folder: Path, name: str
) -> None:
    spec = tiny_spec(name, folder)
    pipeline = runtime.load(spec)
    frames, snapshots = run(pipeline, spec)
    total = spec.defaults.num_inference_steps
    assert [snapshot.step for snapshot in snapshots] == list(range(total + 1))
    assert {snapshot.total_steps for snapshot in snapshots} == {total}
    times = [snapshot.timestep for snapshot in snapshots]
    assert times == sorted(times, reverse=True)
    noise, *_, last = (snapshot.picture().astype(int) for snapshot in snapshots)
    shown = frames[snapshots[0].frame].astype(int)
    assert np.abs(last - shown).max() <= 1
    assert np.abs(noise - shown).max() > 1
    request = spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    assert np.array_equal(pipeline.run(request, lambda *_: None).frames, frames)


@pytest.mark.parametrize("name", ["cogvideox-2b", "ltx-2b"])
def test_a_class_whose_frames_hang_together_hands_nothing_over(
    runtime: TorchRuntime, folder: Path, name: str
) -> None:
    spec = tiny_spec(name, folder)
    assert run(runtime.load(spec), spec)[1] == []


def test_a_snapshot_does_not_keep_a_model_that_is_let_go(
    runtime: TorchRuntime, folder: Path
) -> None:
    spec = tiny_spec("builtin", folder)
    _, (snapshot, *_) = run(runtime.load(spec), spec)
    gc.collect()
    with pytest.raises(LookupError, match="unloaded"):
        snapshot.picture()
