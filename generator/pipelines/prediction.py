"""What a scheduler says of a run: the clip as predicted at a step, and how much noise is left."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

_FLOW_MATCHING = {
    "FlowMatchEulerDiscreteScheduler",
    "FlowMatchLCMScheduler",
    "FlowMapEulerDiscreteScheduler",
}


def predicted_clean(scheduler: Any, given: Mapping[str, Any], result: Any) -> Tensor | None:
    """Return the clean sample that the step just taken predicts, or None if it cannot be told.

    `given` are the arguments of the step by their names, `result` is what it returned.
    """
    config, sample, output = scheduler.config, given["sample"], given["model_output"]
    if hasattr(scheduler, "model_outputs"):  # a solver, of the clean sample's equation or not
        is_clean = config.get("predict_x0") or "++" in config.get("algorithm_type", "")
        return scheduler.model_outputs[-1] if is_clean else None
    if hasattr(scheduler, "convert_flow_pred_to_x0"):
        noise_levels = given["dmd_sigmas"], given["dmd_timesteps"]
        timestep = given["timestep"].expand(len(sample)).long()
        return scheduler.convert_flow_pred_to_x0(output, sample, timestep, *noise_levels)
    for name in ("pred_original_sample", "denoised"):
        if (clean := getattr(result, name, None)) is not None:
            return clean
    if isinstance(result, tuple) and len(result) == 2:
        return result[1]  # the same as a tuple
    if type(scheduler).__name__ in _FLOW_MATCHING:
        return sample + _velocity_factor(scheduler, given) * output
    return None


def _velocity_factor(scheduler: Any, given: Mapping[str, Any]) -> Any:
    """Return how far along its output, the velocity, the clean sample lies.

    The velocity leads from the clean sample to the noise, or the other way.
    """
    if (timesteps := given.get("per_token_timesteps")) is not None:
        return timesteps[..., None] / scheduler.config.num_train_timesteps
    sigma = scheduler.sigmas[scheduler.step_index - 1]
    return 1 - sigma if scheduler.config.get("invert_sigmas") else -sigma


class Schedule:
    """What a network is told of the noise at each step; some schedulers are set several times."""

    def __init__(self, scheduler: Any, total_steps: int | None) -> None:
        self._scheduler = scheduler
        self._total_steps = total_steps
        self._followed: Tensor | None = None
        self.timesteps: list[float] = []
        """From noise down to 0, of the steps so far at least."""

    @property
    def total_steps(self) -> int:
        return self._total_steps or len(self.timesteps)

    def follow(self) -> None:
        """Note the timesteps, if they were set anew."""
        timesteps: Tensor = self._scheduler.timesteps
        if timesteps is self._followed:
            return
        self._followed = timesteps
        config = self._scheduler.config
        if config.get("invert_sigmas"):
            timesteps = config.num_train_timesteps - timesteps
        self.timesteps.extend(timesteps.tolist())
