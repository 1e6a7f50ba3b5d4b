"""Running a request on a diffusers pipeline: the same progress and cancellation for every class."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import torch

from generator.encoding import Frames, Rendering
from generator.engine import OnProgress
from generator.errors import DeviceLostError, GenerationError
from generator.pipelines.device import Device
from generator.pipelines.loader import load, loaded_revision
from generator.protocol import GenerationRequest
from generator.spec import ModelSpec

Steps = dict[str, list[float]]
"""Timesteps or sigmas, by the name of the argument."""


class DiffusersPipeline:
    """A loaded model. Whatever `on_progress` raises stops the run at that step."""

    def __init__(self, spec: ModelSpec, device: Device) -> None:
        self._spec = spec
        self._device = device
        self._pipeline = load(spec, device)
        self.revision = loaded_revision(spec)
        """The commit of the repository that was loaded; None for a folder."""

    def run(self, request: GenerationRequest, on_progress: OnProgress) -> Rendering:
        """Return the clip's frames and sound; the same request gives the same."""
        try:
            return self._run(request, on_progress)
        except (RuntimeError, MemoryError) as error:
            raise _in_plain_words(error, self._spec, self._device) from error
        finally:
            # the pipeline does this only where its call ends well; caches would leak into the next
            self._pipeline.maybe_free_model_hooks()

    def _run(self, request: GenerationRequest, on_progress: OnProgress) -> Rendering:
        on_progress("encoding_prompt", 0, 0)
        # drawn on the CPU, so that a seed means the same noise on every device
        generator = torch.Generator("cpu").manual_seed(request.seed)
        for_call, for_scheduler = self._fixed_steps()
        self._pipeline.scheduler = _reporting_scheduler(
            self._pipeline.scheduler, on_progress, generator, for_scheduler
        )
        result = self._pipeline(
            prompt=request.prompt + self._spec.prompt_suffix,
            width=request.width,
            height=request.height,
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            generator=generator,
            output_type="pt",
            **{self._spec.frames_argument: request.num_frames},
            **({"negative_prompt": request.negative_prompt} if self._spec.negative_prompt else {}),
            **self._spec.call_args,
            **for_call,
        )
        return Rendering(_to_uint8(result.frames[0]))

    def _fixed_steps(self) -> tuple[Steps, Steps]:
        """Return a distilled model's own steps as arguments: for the call, or for the scheduler."""
        given = {"timesteps": self._spec.timesteps, "sigmas": self._spec.sigmas}
        steps = {name: list(values) for name, values in given.items() if values}
        taken = inspect.signature(self._pipeline.__call__).parameters.keys()
        return (steps, {}) if steps.keys() <= taken else ({}, steps)


def _reporting_scheduler(
    scheduler: Any, on_progress: OnProgress, generator: torch.Generator, steps: Steps
) -> Any:
    """Return a fresh copy of a scheduler that reports each of its steps.

    Every pipeline calls its scheduler once a step, but not every class has a callback. A copy,
    because an aborted run leaves its state behind. `steps` replace those the pipeline asks for, and
    noise that is added on the way comes from the generator, which not every class hands on.
    """
    fresh = type(scheduler).from_config(scheduler.config)
    fresh.set_timesteps = _reporting_set_timesteps(fresh, on_progress, steps)
    fresh.step = _reporting_step(fresh, on_progress, generator)
    return fresh


def _reporting_set_timesteps(
    scheduler: Any, on_progress: OnProgress, steps: Steps
) -> Callable[..., None]:
    set_timesteps = scheduler.set_timesteps

    @functools.wraps(set_timesteps)  # pipelines look at the signature
    def wrapper(*args: Any, **kwargs: Any) -> None:
        if steps:
            set_timesteps(device=kwargs.get("device"), **steps)
        else:
            set_timesteps(*args, **kwargs)
        on_progress("denoising", 0, len(scheduler.timesteps))

    return wrapper


def _reporting_step(
    scheduler: Any, on_progress: OnProgress, generator: torch.Generator
) -> Callable[..., Any]:
    step = scheduler.step
    takes_generator = "generator" in inspect.signature(step).parameters
    done = 0

    @functools.wraps(step)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        nonlocal done
        if takes_generator:
            kwargs.setdefault("generator", generator)
        result = step(*args, **kwargs)
        done += 1
        total = len(scheduler.timesteps)
        on_progress("denoising", done, total)
        if done == total:
            on_progress("decoding", 0, 0)
        return result

    return wrapper


def _to_uint8(frames: torch.Tensor) -> Frames:
    """Convert (F, C, H, W) in 0 .. 1 on the device, so that a quarter of the bytes is copied."""
    pixels = frames.permute(0, 2, 3, 1).mul(255).round_().clamp_(0, 255).to(torch.uint8)
    return pixels.contiguous().cpu().numpy()


def _in_plain_words(error: Exception, spec: ModelSpec, device: Device) -> Exception:
    text = str(error)
    if (
        isinstance(error, MemoryError | torch.OutOfMemoryError)
        or "out of memory" in text
        or "can't allocate memory" in text
    ):
        return GenerationError(
            "out_of_memory",
            f"This clip does not fit into the memory of {device.name} with {spec.title};"
            " ask for a smaller size or fewer frames.",
        )
    if "CUDA error" in text:
        return DeviceLostError(text)
    return error
