"""Running out of memory with real torch: what the retry frees first, what is said in the end."""

import queue
import weakref
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from msgspec import structs

from generator.catalogue import Catalogue
from generator.engine import Engine
from generator.memory import Mode
from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.runtime import TorchRuntime
from generator.protocol import Completed, Event, Failed, Ready, Terminal
from generator.rules import FrameRule
from generator.spec import ModelSpec

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class NarrowRuntime(TorchRuntime):
    """The CPU, said to be a GPU, on which the UNet of some modes runs out of memory."""

    def __init__(self, *too_large: Mode) -> None:
        super().__init__("cpu", threads=1)
        self.loads: list[Mode] = []
        self.unets: list[weakref.ref[torch.nn.Module]] = []
        self.still_in_memory = 0
        self._too_large = too_large

    @property
    def ready(self) -> Ready:
        return structs.replace(super().ready, device="cuda")

    def load(self, spec: ModelSpec, mode: Mode = "resident") -> DiffusersPipeline:
        self.still_in_memory += sum(unet() is not None for unet in self.unets)
        self.loads.append(mode)
        loaded = super().load(spec)
        unet = loaded._pipeline.unet  # pyright: ignore[reportPrivateUsage]
        self.unets.append(weakref.ref(unet))
        if mode in self._too_large:
            unet.forward = _run_out_of_memory
        return loaded


def _run_out_of_memory(*_: object, **__: object) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")


def last_event(runtime: TorchRuntime, spec: ModelSpec, folder: Path) -> Terminal:
    events: queue.Queue[Event] = queue.Queue()
    engine = Engine(Catalogue([spec]), lambda: runtime, events.put)
    engine.start()
    path = str(folder / "a.mp4")
    engine.submit(spec.request(id="a", prompt="a red circle", seed=1, output_path=path))
    while not isinstance(event := events.get(timeout=60), Terminal):
        pass
    return event


def test_a_clip_is_made_in_a_smaller_mode_once_the_larger_has_left(
    spec: ModelSpec, tmp_path: Path
) -> None:
    runtime = NarrowRuntime("resident")
    assert isinstance(last_event(runtime, spec, tmp_path), Completed)
    assert runtime.loads == ["resident", "model_offload"]
    assert runtime.still_in_memory == 0


def test_a_clip_that_fits_in_no_mode_fails_with_what_may_fit(
    spec: ModelSpec, tmp_path: Path
) -> None:
    long = replace(spec, frames=FrameRule(multiple=1, offset=0, min=2, max=48))
    runtime = NarrowRuntime("resident", "model_offload")
    failed = last_event(runtime, long, tmp_path)
    assert isinstance(failed, Failed)
    assert failed.reason == "out_of_memory"
    assert failed.text().endswith("Ask for a size of 24×24 or 2 frames.")
    assert runtime.loads == ["resident", "model_offload"]
