"""How requests end badly, in words for the person who asked."""

import errno
import logging

from generator.errors import GenerationError, UnknownModelError
from generator.messages import N_, Values
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
                values=dict(error.values),
                retryable=error.retryable,
                path=error.path,
            )
        case UnknownModelError():
            return Failed(
                id=request_id, reason="invalid", message=error.message, values=dict(error.values)
            )
        case _:
            message, values = _unforeseen(error)
    _log.error("request %s failed", request_id, exc_info=error)
    return Failed(id=request_id, reason="internal", message=message, values=dict(values))


def _unforeseen(error: BaseException) -> tuple[str, Values]:
    match error:
        case OSError(errno=errno.ENOSPC):
            return N_("The disk is full: free some space and try again."), {}
        case OSError():
            message = N_("The clip could not be written: {reason}.")
            return message, {"reason": error.strerror or str(error)}
        case _:
            message = N_("The generator failed ({reason}). Try again later.")
            return message, {"reason": f"{type(error).__name__}: {error}"}


def out_of_memory(request: GenerationRequest, spec: ModelSpec, device_name: str) -> GenerationError:
    """Say that a clip is too large for a device, and which of the model's sizes may fit.

    These are the model's defaults, which its memory figures are about, or half of what was asked;
    one of the two, size or frames, is meant to be enough.
    """
    values: dict[str, str | int] = {"device": device_name, "model": spec.title}
    if request.upscales is not None:
        return GenerationError("out_of_memory", _TOO_LARGE_TO_UPSCALE, values)
    usual = spec.defaults
    size = spec.sizes.smaller(request.width, request.height)
    if usual.width * usual.height < request.width * request.height:
        size = usual.width, usual.height
    num_frames = spec.frames.fewer(request.num_frames)
    if usual.num_frames < request.num_frames:
        num_frames = usual.num_frames
    if request.continues is not None:
        size = None  # it is given
    if size is not None:
        values |= {"size": f"{size[0]}×{size[1]}", "width": size[0], "height": size[1]}
    values |= {"frames": num_frames} if num_frames else {}
    message = _TOO_LARGE[size is not None, num_frames is not None]
    return GenerationError("out_of_memory", message, values)


_TOO_LARGE_TO_UPSCALE = N_(
    "Making this clip larger does not fit into the memory of {device} with {model}."
    " Shorter and smaller clips take less."
)
_TOO_LARGE = {
    (True, True): N_(
        "This clip does not fit into the memory of {device} with {model}."
        " Ask for a size of {size} or {frames} frames."
    ),
    (True, False): N_(
        "This clip does not fit into the memory of {device} with {model}. Ask for a size of {size}."
    ),
    (False, True): N_(
        "This clip does not fit into the memory of {device} with {model}. Ask for {frames} frames."
    ),
    (False, False): N_(
        "This clip does not fit into the memory of {device} with {model}. Choose a smaller model."
    ),
}
"""By whether a smaller size and fewer frames are to be had."""
