"""A generator that can be killed hundreds of times: the real worker, clips of plain colours."""

import time

import numpy as np

from generator import GenerationRequest, ModelSpec, load_catalogue
from generator.encoding import Rendering
from generator.memory import Mode
from generator.runtime import OnProgress
from generator.worker import run_worker
from tests.generator.plain_worker import PlainPipeline, PlainRuntime

_STEP_SECONDS = 0.02


def paint(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    """Frames in the colours of the request's seed."""
    on_progress("encoding_prompt", 0, 0)
    for step in range(request.num_inference_steps + 1):
        on_progress("denoising", step, request.num_inference_steps)
        time.sleep(_STEP_SECONDS)
    on_progress("decoding", 0, 0)
    shape = (request.num_frames, request.height, request.width, 3)
    colours = np.random.default_rng(request.seed).integers(0, 256, (shape[0], 1, 1, 3), np.uint8)
    return Rendering(np.broadcast_to(colours, shape).copy())


class ColourRuntime(PlainRuntime):
    """Has every model of the catalogue at once."""

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        return PlainPipeline(paint)


if __name__ == "__main__":
    run_worker(load_catalogue(), ColourRuntime)
