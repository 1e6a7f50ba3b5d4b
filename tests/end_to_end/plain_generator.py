"""A generator without torch, up at once: the real worker and encoder, clips of plain colours."""

import argparse
import time
from pathlib import Path

import numpy as np

from generator import GenerationRequest, ModelSpec, load_catalogue
from generator.encoding import Rendering
from generator.failures import out_of_memory
from generator.memory import Mode
from generator.runtime import OnProgress
from generator.snapshots import OnSnapshot, Picture, Snapshot
from generator.worker import run_worker
from tests.generator.plain_worker import RUNS, PlainRuntime

_STEP_SECONDS = 0.02
_MISBEHAVIOURS = ("endless", "failing", "hanging", "held", "suicidal")
"""Prompts that are taken at their word."""
_SECOND = " second"
"""Behind one of these: only the second of several clips does it."""


class _ColourPipeline:
    revision = "c0ffee"
    weight_bytes = 0

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec

    def run(
        self, request: GenerationRequest, on_progress: OnProgress, on_snapshot: OnSnapshot | None, /
    ) -> Rendering:
        """Return frames in the colours of the request's seed."""
        if request.prompt == "too_large" and request.width > self._spec.sizes.min:
            raise out_of_memory(request, self._spec, "plain")
        match _taken_at_its_word(request):
            case None:
                pass
            case "held":
                _hold(request, on_progress)
            case misbehaviour:
                return RUNS[misbehaviour](request, on_progress)
        shape = (request.num_frames, request.height, request.width, 3)
        random = np.random.default_rng(request.seed)
        colours = random.integers(0, 256, (request.num_frames, 1, 1, 3), np.uint8)
        frames = np.broadcast_to(colours, shape).copy()
        on_progress("encoding_prompt", 0, 0)
        for step in range(request.num_inference_steps + 1):
            if on_snapshot is not None:
                on_snapshot(_snapshot(request, step, frames[0]))
            on_progress("denoising", step, request.num_inference_steps)
            time.sleep(_STEP_SECONDS)
        on_progress("decoding", 0, 0)
        return Rendering(frames)


def _taken_at_its_word(request: GenerationRequest) -> str | None:
    word = request.prompt.removesuffix(_SECOND)
    if word not in _MISBEHAVIOURS:
        return None
    return word if word == request.prompt or request.id.endswith("-2") else None


def _hold(request: GenerationRequest, on_progress: OnProgress) -> None:
    """Stay at the first step until a file `k7m2p.go` lies where the clip will be."""
    go = Path(request.output_path).with_suffix(".go")
    while not go.exists():
        on_progress("denoising", 1, request.num_inference_steps)
        time.sleep(_STEP_SECONDS)


def _snapshot(request: GenerationRequest, step: int, frame: Picture) -> Snapshot:
    total = request.num_inference_steps
    return Snapshot(
        step=step,
        total_steps=total,
        timestep=1000.0 * (1 - step / total),
        frame=0,
        share=1 / request.num_frames,
        at_hand=True,
        picture=lambda: frame,
    )


class _ColourRuntime(PlainRuntime):
    """Has every model of the catalogue at once."""

    def load(self, spec: ModelSpec, mode: Mode) -> _ColourPipeline:  # pyright: ignore[reportIncompatibleMethodOverride]
        return _ColourPipeline(spec)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models-file", type=Path)
    run_worker(load_catalogue(parser.parse_args().models_file), _ColourRuntime)
