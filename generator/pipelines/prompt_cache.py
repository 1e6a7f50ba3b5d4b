"""Prompts are read once: variations and reruns never touch the text encoder again.

All text-to-video classes of diffusers read their prompts in a method `encode_prompt`, so that it is
the one place to remember. Under offload a hit also spares the encoder's way onto the GPU.
"""

import functools
import inspect
import json
from collections import OrderedDict
from typing import Any

import torch

_ROOM = 2**29
"""Bytes of embeddings remembered: hundreds of prompts of a large T5, but one or two of LTX-2."""


def remember_prompts(pipeline: Any, room: int = _ROOM) -> None:
    """Make the pipeline remember its last prompts' embeddings, where it reads prompts.

    They take at most `room` bytes; the last one is kept whatever it takes.
    """
    encode = getattr(pipeline, "encode_prompt", None)
    if encode is None:
        return
    signature = inspect.signature(encode)
    remembered: OrderedDict[str, Any] = OrderedDict()

    @functools.wraps(encode)  # pipelines look at the signature
    def encode_prompt(*args: Any, **kwargs: Any) -> Any:
        key = _key(signature.bind(*args, **kwargs).arguments)
        if key is None:
            return encode(*args, **kwargs)
        if key not in remembered:
            remembered[key] = encode(*args, **kwargs)
        remembered.move_to_end(key)
        while len(remembered) > 1 and _bytes_of([*remembered.values()]) > room:
            remembered.popitem(last=False)
        return _copy(remembered[key])

    pipeline.encode_prompt = encode_prompt


def _key(arguments: dict[str, Any]) -> str | None:
    """Return what tells one call from another; None for one with tensors, which is not kept."""
    try:
        return json.dumps(arguments, default=_plain, sort_keys=True)
    except TypeError:
        return None


def _plain(value: object) -> str:
    if isinstance(value, torch.device | torch.dtype):
        return str(value)
    raise TypeError(type(value).__name__)


def _bytes_of(result: Any) -> int:
    if isinstance(result, torch.Tensor):
        return result.nbytes
    if isinstance(result, tuple | list):
        return sum(_bytes_of(part) for part in result)  # pyright: ignore[reportUnknownVariableType]
    return 0


def _copy(result: Any) -> Any:
    """Copy the tensors, which a pipeline may change in place."""
    if isinstance(result, torch.Tensor):
        return result.clone()
    if isinstance(result, tuple | list):
        parts: list[Any] = [_copy(part) for part in result]  # pyright: ignore[reportUnknownVariableType]
        return tuple(parts) if isinstance(result, tuple) else parts
    return result
