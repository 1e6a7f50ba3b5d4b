"""What the engine needs of a device: models that can be loaded onto it, and one clip at a time."""

from collections.abc import Callable
from typing import Protocol

from generator.encoding import Rendering
from generator.memory import Mode
from generator.protocol import GenerationRequest, Ready, Stage
from generator.snapshots import OnSnapshot
from generator.spec import ModelSpec

OnProgress = Callable[[Stage, int, int], None]
"""Called with the stage, the steps done and their total; raises to stop the run."""

OnBytes = Callable[[int, int], None]
"""Called with the bytes that are here and their total; raises to stop the download."""


class Pipeline(Protocol):
    """A model in memory."""

    @property
    def revision(self) -> str | None: ...

    @property
    def weight_bytes(self) -> int:
        """Bytes its weights take, wherever they are."""
        ...

    def run(
        self, request: GenerationRequest, on_progress: OnProgress, on_snapshot: OnSnapshot | None, /
    ) -> Rendering:
        """Return the clip; a model that can hands over how it looks between two steps."""
        ...


class Runtime(Protocol):
    """A device that models can be loaded onto."""

    @property
    def ready(self) -> Ready: ...

    def peak_memory(self) -> int:
        """Return the most bytes in use since the last call, or a little longer ago."""
        ...

    def fetch(self, spec: ModelSpec, on_bytes: OnBytes, /) -> None:
        """Bring a model's files onto this machine, saying how far it is while some are missing."""
        ...

    def load(self, spec: ModelSpec, mode: Mode, /) -> Pipeline: ...

    def release_memory(self) -> None:
        """Give back the memory of pipelines that nobody holds any more."""
        ...
