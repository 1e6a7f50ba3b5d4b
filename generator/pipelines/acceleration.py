"""What makes a model quicker on its device. Whatever of it fails is undone, and the model runs as
it would have without.
"""

import contextlib
import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import FirstBlockCacheConfig  # pyright: ignore[reportPrivateImportUsage]
from diffusers.models.attention_dispatch import attention_backend
from torch.nn.attention import SDPBackend, sdpa_kernel

from generator.pipelines.device import Device, computes_in_bfloat16, is_lost, is_out_of_memory
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)

_HOPPER = 9
_CUDNN_FIRST = [
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.MATH,
]


@dataclass(frozen=True)
class _Lever:
    """One thing that makes a denoiser quicker, and the way back."""

    name: str
    pull: Callable[[], object]
    undo: Callable[[], object]


class _Kernels:
    """Which of torch's own kernels for attention a denoiser tries first."""

    def __init__(self) -> None:
        self.preferred: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext

    def prefer_cudnn(self) -> None:
        self.preferred = functools.partial(sdpa_kernel, _CUDNN_FIRST, set_priority=True)

    def prefer_none(self) -> None:
        self.preferred = contextlib.nullcontext


def accelerate(pipeline: Any, spec: ModelSpec, device: Device) -> None:
    """Choose layouts and attention for the device, and what the model's entry asks for.

    To be called before the parts are moved or offloaded, whose hooks have to see what this adds.
    """
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32 for parts that are kept in float32
        _lay_out(pipeline)
    elif spec.part_dtypes.get("vae") == "bfloat16" and computes_in_bfloat16():
        _decode_in_bfloat16(pipeline.vae)
    for denoiser in _denoisers(pipeline):
        kernels = _Kernels()
        wanted = _levers(denoiser, kernels, spec, device)
        levers = [lever for lever in wanted if _is_pulled(lever, spec)]
        denoiser.forward = _guarded(denoiser.forward, kernels, levers, spec)


def _lay_out(pipeline: Any) -> None:
    """Give convolutions the layout tensor cores take; half precision would be reordered for them.

    The layers' results keep it, so that the inputs need not be touched.
    """
    for name in ("vae", "unet"):
        part = getattr(pipeline, name, None)
        layers: list[Any] = [] if part is None else list(part.modules())
        for layer in layers:
            if isinstance(layer, torch.nn.Conv2d):
                layer.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
            elif isinstance(layer, torch.nn.Conv3d):
                layer.to(memory_format=torch.channels_last_3d)  # pyright: ignore[reportCallIssue]


def _decode_in_bfloat16(vae: Any) -> None:
    """Let a VAE's convolutions compute in bfloat16; weights and results stay float32."""

    @functools.wraps(vae.decode)
    def decode(*args: Any, **kwargs: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return type(vae).decode(vae, *args, **kwargs)

    vae.decode = decode


def _denoisers(pipeline: Any) -> Iterator[Any]:
    for name in ("transformer", "transformer_2", "unet"):
        if (part := getattr(pipeline, name, None)) is not None:
            yield part


def _levers(denoiser: Any, kernels: _Kernels, spec: ModelSpec, device: Device) -> Iterator[_Lever]:
    if device.type == "cuda" and _is_hopper():
        yield _Lever("cuDNN's attention", kernels.prefer_cudnn, kernels.prefer_none)
    if spec.attention is not None:
        yield _Lever(
            f"the attention backend {spec.attention!r}",
            functools.partial(_set_attention, denoiser, spec.attention),
            lambda: denoiser.reset_attention_backend(),
        )
    if spec.first_block_cache is not None:
        config = FirstBlockCacheConfig(threshold=spec.first_block_cache)
        yield _Lever(
            "the first block cache",
            lambda: denoiser.enable_cache(config),
            lambda: denoiser.disable_cache(),
        )
    if spec.compile:
        # dynamic, because else every size and length would be compiled anew
        yield _Lever(
            "compiled blocks",
            lambda: denoiser.compile_repeated_blocks(dynamic=True),
            functools.partial(_forget_compiled, denoiser),
        )


def _is_hopper() -> bool:
    # AMD's have a generation 9, too
    return torch.version.hip is None and torch.cuda.get_device_capability()[0] == _HOPPER


def _set_attention(denoiser: Any, backend: str) -> None:
    with attention_backend():  # else it would hold for every other model as well
        denoiser.set_attention_backend(backend)


def _forget_compiled(denoiser: Any) -> None:
    for module in denoiser.modules():
        module._compiled_call_impl = None


def _is_pulled(lever: _Lever, spec: ModelSpec) -> bool:
    """Pull a lever; False, with a warning, where the model or the machine cannot have it."""
    try:
        lever.pull()
    except Exception as error:
        _log.warning("%s runs without %s: %s", spec.title, lever.name, error)
        return False
    return True


def _guarded(
    forward: Callable[..., Any],
    kernels: _Kernels,
    levers: list[_Lever],
    spec: ModelSpec,
) -> Callable[..., Any]:
    """Return a forward that undoes the levers when one breaks it.

    Most of what can break does so in the first forward: masks that an attention kernel does not
    take, a compiler that is missing, a pipeline that does not help its cache.
    """

    @functools.wraps(forward)  # pipelines look at the signature
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            with kernels.preferred():
                return forward(*args, **kwargs)
        except Exception as error:
            if not levers or is_out_of_memory(error) or is_lost(error):
                raise
            names = " and ".join(lever.name for lever in levers)
            _log.warning("%s runs without %s from now on: %s", spec.title, names, error)
        while levers:
            levers.pop().undo()
        return forward(*args, **kwargs)

    return guarded
