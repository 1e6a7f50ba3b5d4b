"""A look at a run between two steps: one frame of the clip that the network sees in the noise."""

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any

from torch import Tensor

from generator.pipelines.frame_decoder import FrameDecoder, can_decode_frames
from generator.pipelines.prediction import Schedule, predicted_clean
from generator.protocol import GenerationRequest
from generator.snapshots import OnSnapshot
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)


def watch(
    pipeline: Any, spec: ModelSpec, request: GenerationRequest, on_snapshot: OnSnapshot
) -> None:
    """Hand a snapshot of the noise, and one after each step, to `on_snapshot`.

    Snapshots after a step show the clip as that step's network predicts it. A scheduler that does
    not tell its prediction gives the noise alone, a class that makes a clip in chunks the steps at
    its full size, and a class that is not known here nothing at all. Looking never ends a run.
    """
    if not can_decode_frames(pipeline):
        return
    scheduler, decoder = pipeline.scheduler, FrameDecoder(pipeline, spec, request)
    schedule = Schedule(scheduler, spec.total_steps(request))
    step, done, is_blind = scheduler.step, 0, False
    signature = inspect.signature(step)

    def hand_over(look: Callable[[], Tensor | None]) -> None:
        nonlocal is_blind
        if is_blind:
            return
        try:
            latents = look()
            if latents is None or not decoder.is_full_size(latents):
                return
            snapshot = decoder.snapshot(latents, done, schedule)
        except Exception:  # a model that is not what its class was thought to be
            _log.warning("%s cannot be looked at between steps", spec.name, exc_info=True)
            is_blind = True
        else:
            on_snapshot(snapshot)

    @functools.wraps(step)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        nonlocal done
        given = signature.bind(*args, **kwargs).arguments
        schedule.follow()
        if not done:
            hand_over(lambda: given["sample"] / getattr(scheduler, "init_noise_sigma", 1.0))
        result = step(*args, **kwargs)
        done += 1
        hand_over(lambda: predicted_clean(scheduler, given, result))
        return result

    scheduler.step = wrapper
