"""The engine's runtime on torch: one device and the models loaded onto it."""

import gc
import resource

import diffusers
import torch
import transformers
from huggingface_hub.utils import disable_progress_bars

from generator.memory import Mode
from generator.pipelines.device import detect
from generator.pipelines.download import download
from generator.pipelines.loader import load
from generator.pipelines.pipeline import DiffusersPipeline
from generator.protocol import Ready
from generator.runtime import OnBytes
from generator.spec import ModelSpec


class TorchRuntime:
    """A torch device. `threads` limits a CPU's."""

    def __init__(self, device: str | None = None, threads: int | None = None) -> None:
        _silence_libraries()
        if threads is not None:
            torch.set_num_threads(threads)
        self._device = detect(device)

    @property
    def ready(self) -> Ready:
        """What the device is, as the bot is told."""
        return Ready(self._device.type, self._device.name, self._device.memory_bytes)

    def peak_memory(self) -> int:
        """Return the most bytes in use: on a GPU since the last call, else since the start."""
        if self._device.type != "cuda":
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        peak = torch.cuda.max_memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        return peak

    def fetch(self, spec: ModelSpec, on_bytes: OnBytes) -> None:
        """Download what is missing of a model; raises `GenerationError("unavailable")`."""
        download(spec, on_bytes)

    def load(self, spec: ModelSpec, mode: Mode = "resident") -> DiffusersPipeline:
        """Load a model; raises `GenerationError`: "unavailable" if it cannot be had."""
        return DiffusersPipeline(spec, self._device, load(spec, self._device, mode))

    def release_memory(self) -> None:
        """Give back the memory of pipelines that were let go, which they hold in cycles."""
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()


def _silence_libraries() -> None:
    """Keep their progress bars and advice out of the log; our own progress says it all."""
    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    disable_progress_bars()
