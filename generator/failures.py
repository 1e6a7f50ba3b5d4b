"""How requests end badly, in words for the person who asked."""

import errno
import logging

from generator.errors import GenerationError, UnknownModelError
from generator.protocol import Failed, GenerationRequest
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)


def failed(request_id: str, error: BaseException) -> Failed:
    """Return the terminal event for what went wrong; what nobody foresaw is logged."""
    match error:
        case GenerationError():
            return Failed(
                id=request_id,
                reason=error.reason,
                message=error.message,
                retryable=error.retryable,
                path=error.path,
            )
        case UnknownModelError():
            return Failed(id=request_id, reason="invalid", message=str(error))
        case OSError(errno=errno.ENOSPC):
            message = "The disk is full: free some space and try again."
        case OSError():
            message = f"The clip could not be written: {error.strerror or error}."
        case _:
            message = f"The generator failed ({type(error).__name__}: {error})."
    _log.error("request %s failed", request_id, exc_info=error)
    return Failed(id=request_id, reason="internal", message=message)


def out_of_memory(request: GenerationRequest, spec: ModelSpec, device_name: str) -> GenerationError:
    """Say that a clip is too large for a device, and which of the model's sizes may fit."""
    return GenerationError(
        "out_of_memory",
        f"This clip does not fit into the memory of {device_name} with {spec.title};"
        f" {_way_out(request, spec)}.",
    )


def _way_out(request: GenerationRequest, spec: ModelSpec) -> str:
    """Suggest the model's defaults, which its memory figures are about, or half of what was asked.

    One of the two, size or frames, is meant to be enough.
    """
    usual = spec.defaults
    size = spec.sizes.smaller(request.width, request.height)
    if usual.width * usual.height < request.width * request.height:
        size = usual.width, usual.height
    num_frames = spec.frames.fewer(request.num_frames)
    if usual.num_frames < request.num_frames:
        num_frames = usual.num_frames
    ways = [f"a size of {size[0]}×{size[1]}"] if size else []
    ways += [f"{num_frames} frames"] if num_frames else []
    return f"ask for {' or '.join(ways)}" if ways else "choose a smaller model"
