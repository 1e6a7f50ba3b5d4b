"""One way to load any catalogue entry, from a local folder or from the Hugging Face Hub."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diffusers
from huggingface_hub.errors import (
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from generator.catalogue import ModelSpec, SchedulerSpec
from generator.errors import GenerationError
from generator.pipelines.device import Device

_log = logging.getLogger(__name__)


def load(spec: ModelSpec, device: Device) -> Any:
    """Return the model's diffusers pipeline, ready to be called on the device.

    Raises `GenerationError("unavailable")` in plain words if it cannot be had.
    """
    try:
        pipeline = _from_pretrained(spec, device)
    except GenerationError:
        raise
    except MemoryError as error:
        raise GenerationError(
            "out_of_memory", f"There is not enough memory to load {spec.title}."
        ) from error
    except Exception as error:
        _log.exception("loading %s failed", spec.source)
        raise GenerationError("unavailable", _explain(spec, error)) from error
    if spec.scheduler is not None:
        pipeline.scheduler = _scheduler(spec.scheduler, pipeline.scheduler)
    pipeline.set_progress_bar_config(disable=True)
    return _place(pipeline, spec, device)


def _from_pretrained(spec: ModelSpec, device: Device) -> Any:
    if spec.is_folder and not Path(spec.source, "model_index.json").is_file():
        raise GenerationError(
            "unavailable", f"{spec.title} is not installed: {spec.source} holds no model."
        )
    return getattr(diffusers, spec.pipeline_class).from_pretrained(
        spec.source,
        revision=spec.revision,
        variant=spec.variant,
        dtype=device.dtype,
        use_safetensors=True,
    )


def _scheduler(wanted: SchedulerSpec, current: Any) -> Any:
    scheduler_class = getattr(diffusers, wanted.class_name)
    return scheduler_class.from_config(current.config, **wanted.overrides)


def _place(pipeline: Any, spec: ModelSpec, device: Device) -> Any:
    if spec.offload and device.type == "cuda":
        pipeline.enable_model_cpu_offload()
        return pipeline
    return pipeline.to(device.type)


def _explain(spec: ModelSpec, error: Exception) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, GatedRepoError) for cause in causes):
        return (
            f"{spec.title} asks you to accept its terms: do so at https://huggingface.co/"
            f"{spec.source} and set HF_TOKEN."
        )
    if any(isinstance(cause, RepositoryNotFoundError | RevisionNotFoundError) for cause in causes):
        return f"The Hugging Face Hub has no {spec.source} (or it is private: set HF_TOKEN)."
    if spec.is_folder:
        return f"{spec.title} could not be loaded from {spec.source}: its files look broken."
    return (
        f"{spec.title} is not on this machine yet and could not be downloaded from the Hugging"
        " Face Hub; check the network connection and the free disk space, then try again."
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
