"""The clip that a step predicts, by each scheduler's own formula, against a perfect network."""

# pyright: reportPrivateImportUsage=false

from typing import Any

import diffusers
import pytest
import torch

from generator.pipelines.prediction import predicted_clean

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
    ("EulerAncestralDiscreteScheduler", {"prediction_type": "epsilon"}),
    (
        "DPMSolverMultistepScheduler",
        {"prediction_type": "flow_prediction", "use_flow_sigmas": True},
    ),
    ("UniPCMultistepScheduler", {"prediction_type": "flow_prediction", "use_flow_sigmas": True}),
    ("FlowMatchEulerDiscreteScheduler", {"shift": 3.0}),
    ("FlowMatchEulerDiscreteScheduler", {"invert_sigmas": True}),
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
        "flow_prediction": clean - noise if is_inverted(scheduler) else noise - clean,
    }[prediction]


def is_inverted(scheduler: Any) -> bool:
    return scheduler.config.get("invert_sigmas", False)


def noise_of(scheduler: Any, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    if type(scheduler).__name__.startswith("Euler"):
        return torch.tensor(1.0), scheduler.sigmas[step]
    if is_inverted(scheduler):
        return scheduler.sigmas[step], 1 - scheduler.sigmas[step]
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
        if name.startswith("Euler"):
            scheduler.scale_model_input(sample, timestep)
        result = scheduler.step(said, timestep, sample, return_dict=return_dict)
        given = {"model_output": said, "timestep": timestep, "sample": sample}
        seen = predicted_clean(scheduler, given, result)
        assert seen is not None
        assert torch.allclose(seen, clean, atol=2e-3)
        sample = result.prev_sample if return_dict else result[0]


def test_a_solver_that_only_knows_the_noise_tells_no_prediction() -> None:
    scheduler = diffusers.UniPCMultistepScheduler(predict_x0=False)
    scheduler.set_timesteps(4)
    sample = torch.randn(SHAPE)
    result = scheduler.step(sample, scheduler.timesteps[0], sample)
    given = {"model_output": sample, "timestep": scheduler.timesteps[0], "sample": sample}
    assert predicted_clean(scheduler, given, result) is None
