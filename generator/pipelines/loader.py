"""One way to load any catalogue entry, from a local folder or from the Hugging Face Hub."""

import inspect
import logging
from pathlib import Path
from typing import Any

import diffusers
import torch
from huggingface_hub import try_to_load_from_cache

from generator.errors import DeviceLostError, GenerationError
from generator.memory import Mode
from generator.messages import N_
from generator.pipelines.acceleration import accelerate
from generator.pipelines.additions import lay_loras, load_parts
from generator.pipelines.device import Device, is_lost, is_out_of_memory
from generator.pipelines.download import on_this_machine
from generator.pipelines.download_faults import broken
from generator.pipelines.prompt_cache import remember_prompts
from generator.sources import SchedulerSpec
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)


def load(spec: ModelSpec, device: Device, mode: Mode = "resident") -> Any:
    """Return the model's diffusers pipeline, ready to be called on the device.

    Raises `GenerationError` in plain words: "unavailable" if it cannot be had, or "out_of_memory";
    and `DeviceLostError`.
    """
    try:
        pipeline = _from_pretrained(spec, device)
    except GenerationError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise _too_large(spec) from error
        _log.exception("loading %s failed", spec.source)
        raise broken(spec, on_this_machine(spec)) from error
    if spec.scheduler is not None:
        pipeline.scheduler = _scheduler(spec.scheduler, pipeline.scheduler)
    pipeline.set_progress_bar_config(disable=True)
    remember_prompts(pipeline)
    try:
        return _place(pipeline, spec, device, mode)
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise _too_large(spec) from error
        if is_lost(error):
            raise DeviceLostError(str(error)) from error
        raise


def sibling(pipeline: Any, class_name: str) -> Any:
    """Return a pipeline of another class on the same parts, which takes no further memory."""
    if type(pipeline).__name__ == class_name:
        return pipeline
    sibling_class = getattr(diffusers, class_name)
    given = dict(pipeline.config) | pipeline.components
    taken = inspect.signature(sibling_class.__init__).parameters.keys()
    # from_pipe would turn the weights into float32
    other = sibling_class(**{name: given[name] for name in taken & given.keys()})
    if getattr(pipeline, "_all_hooks", None):
        other.enable_model_cpu_offload()
    _prepare(other)
    return other


def _prepare(pipeline: Any) -> None:
    pipeline.set_progress_bar_config(disable=True)
    remember_prompts(pipeline)


def _from_pretrained(spec: ModelSpec, device: Device) -> Any:
    if spec.is_folder and not Path(spec.source, "model_index.json").is_file():
        raise GenerationError(
            "unavailable",
            N_("{model} is not installed: {folder} holds no model."),
            {"model": spec.title, "folder": spec.source},
        )
    here = on_this_machine(spec)
    dtypes = _dtypes(spec, device)
    pipeline = getattr(diffusers, spec.pipeline_class).from_pretrained(
        here.source,
        variant=spec.variant,
        dtype=dtypes,
        use_safetensors=True,
        **load_parts(here, dtypes),
    )
    lay_loras(pipeline, here)
    return pipeline


def _dtypes(spec: ModelSpec, device: Device) -> dict[str, torch.dtype]:
    """Return the number format by part; half precision is slow on most CPUs."""
    if device.type == "cpu":
        return {"default": torch.float32}
    return {part: getattr(torch, dtype) for part, dtype in spec.part_dtypes.items()} | {
        "default": getattr(torch, spec.dtype)
    }


def loaded_revision(spec: ModelSpec) -> str | None:
    """Return the commit of a repository's files in the cache; None for a folder."""
    if spec.is_folder:
        return None
    path = try_to_load_from_cache(spec.source, "model_index.json", revision=spec.revision)
    return Path(path).parent.name if isinstance(path, str) else None


def _scheduler(wanted: SchedulerSpec, current: Any) -> Any:
    scheduler_class = getattr(diffusers, wanted.class_name)
    return scheduler_class.from_config(current.config, **wanted.overrides)


def _place(pipeline: Any, spec: ModelSpec, device: Device, mode: Mode) -> Any:
    if spec.vae_tiling:
        pipeline.vae.enable_tiling()
    accelerate(pipeline, spec, device)
    match mode:
        case "resident":
            pipeline.to(device.type)
        case "model_offload":
            pipeline.enable_model_cpu_offload()
        case "group_offload":
            pipeline.enable_group_offload(
                torch.device(device.type), offload_type="leaf_level", use_stream=True
            )
    return pipeline


def _too_large(spec: ModelSpec) -> GenerationError:
    return GenerationError(
        "out_of_memory",
        N_("There is not enough memory to load {model}. Choose a smaller model."),
        {"model": spec.title},
    )
