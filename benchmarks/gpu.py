"""Seconds a step with and without what makes a model quicker, what the engine adds to them, and how
soon it obeys a cancel: full-size models with random weights, on one GPU.

Not yet run on a GPU by the project. `--tiny` tries the script itself on a CPU, with numbers that
say nothing.
"""

import argparse
import itertools
import queue
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from benchmarks.full_size import FULL, Subject, full_size, tiny
from benchmarks.table import machine, markdown
from generator.catalogue import Catalogue
from generator.encoding import Rendering
from generator.engine import Engine
from generator.errors import GenerationError
from generator.memory import Mode
from generator.pipelines.acceleration import accelerate
from generator.pipelines.device import Device, detect
from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.runtime import TorchRuntime
from generator.protocol import (
    Cancelled,
    Completed,
    Event,
    Failed,
    GenerationRequest,
    Progress,
    Stage,
)
from generator.runtime import OnBytes, OnProgress
from generator.snapshots import OnSnapshot
from generator.spec import ModelSpec

VARIANTS = ("bare", "chosen", "compiled")
"""As diffusers loads it; as our loader leaves it; the same with compiled blocks."""

_HEAD = (
    "model", "what", "first clip", "s/step", "against bare", "whole clip / denoising", "cancel",
    "peak",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one variant of a model took; all times in seconds."""

    model: str
    variant: str
    first_clip: float
    """Of as few steps as the model takes, compilation included."""
    step: float
    rest: float
    """Of a clip, besides denoising."""
    steps: int
    """Of a clip, as the catalogue has it."""
    cancel: float
    """From the command to the last event."""
    peak_memory_bytes: int

    @property
    def overhead(self) -> float:
        """A whole clip's time, without its prompt's, over its denoising."""
        return 1 + self.rest / (self.step * self.steps)


class _Synchronised(DiffusersPipeline):
    """Counts a step when the device is done with it, not when it has been told to."""

    def run(
        self,
        request: GenerationRequest,
        on_progress: OnProgress,
        on_snapshot: OnSnapshot | None = None,
    ) -> Rendering:
        def synchronised(stage: Stage, step: int, total_steps: int) -> None:
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            on_progress(stage, step, total_steps)

        return super().run(request, synchronised, on_snapshot)


class _Runtime(TorchRuntime):
    """Builds instead of loading."""

    def __init__(self, subject: Subject, device: Device, variant: str) -> None:
        super().__init__(device.type)
        self._subject = subject
        self._target = device
        self._variant = variant

    def fetch(self, spec: ModelSpec, on_bytes: OnBytes) -> None:
        """There is nothing to download."""

    def load(self, spec: ModelSpec, mode: Mode = "resident") -> DiffusersPipeline:
        """Build the pipeline and make it what the variant says."""
        pipeline = self._subject.build(self._target)
        if self._variant != "bare":
            compiled = replace(spec, compile=self._variant == "compiled")
            accelerate(pipeline, compiled, self._target)
        return _Synchronised(spec, self._target, pipeline)


class _Bench:
    """An engine of this process, and one request at a time."""

    def __init__(self, subject: Subject, device: Device, variant: str, folder: Path) -> None:
        self._spec = subject.spec
        self._path = str(folder / "clip.mp4")
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._seeds = itertools.count()
        self._engine = Engine(
            Catalogue([subject.spec]), lambda: _Runtime(subject, device, variant), self._events.put
        )
        self._engine.start(preload=subject.spec.name).result()

    def clip(self, steps: int) -> tuple[float, Completed]:
        """Return the seconds of a clip, with its last event."""
        began = time.perf_counter()
        self._submit(steps)
        *_, last = self._until_the_end()
        assert isinstance(last, Completed)
        return time.perf_counter() - began, last

    def cancel(self, steps: int) -> float:
        """Return the seconds from a cancel in the middle of a step to its last event."""
        request = self._submit(steps)
        began = 0.0
        for event in self._until_the_end():
            if isinstance(event, Progress) and event.stage == "denoising" and not began:
                began = time.perf_counter()
                self._engine.cancel(request.id)
        return time.perf_counter() - began

    def _submit(self, steps: int) -> GenerationRequest:
        seed = next(self._seeds)
        request = self._spec.request(
            id=str(seed), prompt="", seed=seed, output_path=self._path, num_inference_steps=steps
        )
        self._engine.submit(request)
        return request

    def _until_the_end(self) -> Iterator[Event]:
        while True:
            event = self._events.get()
            yield event
            match event:
                case Failed(reason=reason, message=message):
                    raise GenerationError(reason, message)
                case Completed() | Cancelled():
                    return
                case _:
                    continue


def measure(subject: Subject, device: Device, variant: str, steps: int, folder: Path) -> Result:
    """Measure one variant of a model with clips of so many steps."""
    bench = _Bench(subject, device, variant, folder)
    first, _ = bench.clip(subject.spec.min_steps)
    whole, clip = bench.clip(max(steps, subject.spec.min_steps))
    denoising = clip.seconds["denoising"]
    return Result(
        model=subject.spec.name,
        variant=variant,
        first_clip=first,
        step=denoising / max(steps, subject.spec.min_steps),
        rest=whole - denoising,
        steps=subject.spec.defaults.num_inference_steps,
        cancel=bench.cancel(max(steps, subject.spec.min_steps)),
        peak_memory_bytes=clip.peak_memory_bytes,
    )


def as_markdown(results: Sequence[Result]) -> str:
    """Return a table; every variant's steps are held against the model's first."""
    bare = {result.model: result.step for result in reversed(results)}
    return markdown(
        _HEAD,
        [
            (
                result.model,
                result.variant,
                f"{result.first_clip:.1f} s",
                f"{result.step:.3f} s",
                f"{result.step / bare[result.model]:.2f}",
                f"{result.overhead:.2f}",
                f"{result.cancel:.3f} s",
                f"{result.peak_memory_bytes / 2**30:.1f} GiB",
            )
            for result in results
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=FULL, default=list(FULL))
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=VARIANTS)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--tiny", action="store_true", help="try the script on the CPU")
    options = parser.parse_args()
    if not options.tiny and not torch.cuda.is_available():
        sys.exit(
            "There is no GPU that torch can use here. `make bench` measures on the CPU;"
            " `python -m benchmarks.gpu --tiny` tries this script without measuring anything."
        )
    device = detect("cpu" if options.tiny else "cuda")
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.models:
            subject = (tiny if options.tiny else full_size)(name)
            if subject.spec.memory.mode_for(device.memory_bytes) != "resident":
                print(f"left out: {name} does not fit into this GPU whole", file=sys.stderr)
                continue
            for variant in options.variants:
                results.append(measure(subject, device, variant, options.steps, Path(folder)))
                print(f"measured {name}, {variant}", file=sys.stderr)
    print(f"{machine()}; {device.name}, torch {torch.__version__}\n\n{as_markdown(results)}")


if __name__ == "__main__":
    main()
