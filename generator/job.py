"""A request on its way through the engine: its clock, its progress, whether it was cancelled."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from generator.errors import GenerationCancelledError
from generator.protocol import Event, GenerationRequest, Progress, Stage
from generator.snapshots import Recorder


class Job:
    """A request on its way through the engine."""

    def __init__(self, request: GenerationRequest, emit: Callable[[Event], None]) -> None:
        self.request = request
        self.cancelled = threading.Event()
        self.seconds: dict[Stage, float] = defaultdict(float)
        self._emit = emit
        self._stage: Stage | None = None
        self._since = 0.0
        self._steps = (0, 0)
        self.peak_memory = 0
        self.revision: str | None = None
        self.recorder = Recorder(request, self.show)

    def report(self, stage: Stage, step: int = 0, total_steps: int = 0) -> None:
        """Emit progress, or raise `GenerationCancelledError` if the request was cancelled."""
        if stage == "denoising":
            self._steps = (step, total_steps)
        if self.cancelled.is_set():
            raise GenerationCancelledError(*self._steps)
        self.stop_clock()
        self._stage = stage
        self._emit(Progress(self.request.id, stage, step, total_steps))

    def report_download(self, done_bytes: int, total_bytes: int) -> None:
        """The same for a model on its way to this machine, which is a part of loading it."""
        if self.cancelled.is_set():
            raise GenerationCancelledError
        self._emit(
            Progress(self.request.id, "loading", done_bytes=done_bytes, total_bytes=total_bytes)
        )

    def show(self, preview: Path) -> None:
        """Emit a preview at the step that was reported last."""
        self._emit(Progress(self.request.id, "denoising", *self._steps, preview=str(preview)))

    def stop_clock(self) -> None:
        """Add the time since the last report to its stage."""
        now = time.perf_counter()
        if self._stage is not None:
            self.seconds[self._stage] += now - self._since
        self._since = now
