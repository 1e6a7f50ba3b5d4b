"""The real worker on a runtime of plain numpy: up in a moment, and it misbehaves on request."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from generator.catalogue import Catalogue
from generator.encoding import Rendering
from generator.errors import DeviceLostError, GenerationError
from generator.failures import out_of_memory
from generator.memory import Mode
from generator.presets import Settings
from generator.protocol import GenerationRequest, Ready, Stage
from generator.rules import FrameRule, SizeRule
from generator.runtime import OnBytes, OnProgress
from generator.snapshots import OnSnapshot
from generator.spec import ModelSpec
from generator.worker import run_worker

Run = Callable[[GenerationRequest, OnProgress], Rendering]


def paint(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    """Noise of the request's seed."""
    on_progress("encoding_prompt", 0, 0)
    for step in range(request.num_inference_steps + 1):
        on_progress("denoising", step, request.num_inference_steps)
    on_progress("decoding", 0, 0)
    shape = (request.num_frames, request.height, request.width, 3)
    frames = np.random.default_rng(request.seed).integers(0, 256, shape, dtype=np.uint8)
    return Rendering(frames)


def go_on_for_ever(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    while True:
        on_progress("denoising", 1, request.num_inference_steps)
        time.sleep(0.005)


def hang(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    on_progress("denoising", 1, request.num_inference_steps)
    time.sleep(3600)
    raise AssertionError


def hang_and_be_deaf(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    on_progress("denoising", 1, request.num_inference_steps)
    ctypes.CDLL(None).signal(int(signal.SIGTERM), 1)  # SIG_IGN
    ctypes.PyDLL(None).sleep(3600)  # and no other thread runs any more
    raise AssertionError


class EndlessFrames(np.ndarray[Any, Any]):
    """Frames of which the last never comes."""

    def __iter__(self) -> Iterator[Any]:
        yield from (self[index] for index in range(len(self) - 1))
        time.sleep(3600)


def hang_while(stage: Stage) -> Run:
    """Return a run that goes no further than this stage."""

    def run(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
        def report(now: Stage, step: int, total_steps: int) -> None:
            on_progress(now, step, total_steps)
            if now == stage:
                time.sleep(3600)

        rendering = paint(request, report)
        return Rendering(rendering.frames.view(EndlessFrames))

    return run


def kill_itself(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    on_progress("denoising", 1, request.num_inference_steps)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def print_and_read(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    print('{"type":"cancelled","id":"stray"}', flush=True)
    os.write(1, b"stray bytes without an end of line")
    subprocess.run(["echo", "stray echo"], check=True)
    assert os.read(0, 100) == b"", "stdin is empty for everybody else"
    return paint(request, on_progress)


def raise_an_error(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    raise LookupError("the moon is missing")


def run_out_of_memory(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    raise out_of_memory(request, CATALOGUE[request.model], "plain")


def lose_the_device(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
    raise DeviceLostError("CUDA error: an illegal memory access was encountered")


RUNS: dict[str, Run] = {
    "plain": paint,
    "endless": go_on_for_ever,
    "hanging": hang,
    "deaf": hang_and_be_deaf,
    **{f"hanging_{stage}": hang_while(stage) for stage in get_args(Stage)},
    "suicidal": kill_itself,
    "noisy": print_and_read,
    "failing": raise_an_error,
    "too_large": run_out_of_memory,
    "poisonous": lose_the_device,
}

PLAIN = ModelSpec(
    name="plain",
    title="Plain",
    description="Noise",
    source="nowhere",
    pipeline_class="None",
    licence="MIT",
    defaults=Settings(
        width=32, height=32, num_frames=4, fps=8, num_inference_steps=5, guidance_scale=1.0
    ),
    sizes=SizeRule(multiple=2, min=16, max=64, max_pixels=64 * 64),
    frames=FrameRule(multiple=1, offset=0, min=1, max=64),
)

CATALOGUE = Catalogue(replace(PLAIN, name=name) for name in [*RUNS, "missing"])


@dataclass(frozen=True)
class PlainPipeline:
    make: Run
    revision: str | None = "c0ffee"
    weight_bytes: int = 0

    def run(
        self, request: GenerationRequest, on_progress: OnProgress, _: OnSnapshot | None, /
    ) -> Rendering:
        return self.make(request, on_progress)


class PlainRuntime:
    ready = Ready("cpu", "plain", 2**20)

    def peak_memory(self) -> int:
        return 2**20

    def fetch(self, spec: ModelSpec, on_bytes: OnBytes) -> None: ...

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        if spec.name == "missing":
            raise GenerationError("unavailable", "Plain is not installed.")
        if spec.name == "hanging_loading":
            time.sleep(3600)
        return PlainPipeline(RUNS[spec.name])

    def release_memory(self) -> None: ...


if __name__ == "__main__":
    run_worker(CATALOGUE, PlainRuntime, preload=os.environ.get("PRELOAD"))
