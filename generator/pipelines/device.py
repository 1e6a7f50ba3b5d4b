"""The device that does the work."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from generator.errors import GeneratorUnavailableError
from generator.messages import N_

_OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    # cuBLAS and cuDNN take memory of their own beside torch's, which may have left them none
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
    "ALLOCATION_FAILED",
)
_LOST = ("CUDA error", "HIP error")


@dataclass(frozen=True)
class Device:
    """A torch device type with its name and memory in bytes."""

    type: str
    name: str
    memory_bytes: int


def detect(device: str | None = None) -> Device:
    """Return the device asked for, or the best there is.

    Raises `GeneratorUnavailableError` for one that is not there.
    """
    available = _available()
    if device is None:
        return _describe(available[0])
    if device not in available:
        raise GeneratorUnavailableError(
            N_("There is no device {device} here. Available: {available}."),
            {"device": repr(device), "available": ", ".join(available)},
        )
    return _describe(device)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that the device, or the machine, has no memory left."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        words in str(error) for words in _OUT_OF_MEMORY
    )


def is_lost(error: BaseException) -> bool:
    """Whether an error means that a GPU serves this process no more."""
    return not is_out_of_memory(error) and any(words in str(error) for words in _LOST)


def computes_in_bfloat16() -> bool:
    """Tell whether the CPU has instructions for it; without, it would only be slower."""
    return any(_cpu_capabilities().get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def _cpu_capabilities() -> Mapping[str, Any]:
    return getattr(torch.cpu, "get_capabilities", dict)()  # older versions of torch have none


def _available() -> list[str]:
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [name for name, is_there in found.items() if is_there] + ["cpu"]


def _describe(device: str) -> Device:
    if device == "cuda":
        properties = torch.cuda.get_device_properties(0)
        return Device(device, properties.name, properties.total_memory)
    name = _cpu_capabilities().get("cpu_name") or platform.processor() or platform.machine()
    return Device(device, name, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
