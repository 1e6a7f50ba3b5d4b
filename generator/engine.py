"""Runs requests one after the other on the device, each one's encoding beside the next one."""

import errno
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from msgspec import structs

from generator.catalogue import Catalogue
from generator.encoding import Clip, Rendering, write_mp4
from generator.errors import (
    DeviceLostError,
    GenerationCancelledError,
    GenerationError,
    UnknownModelError,
)
from generator.fitting import write_upload
from generator.protocol import (
    Cancelled,
    Completed,
    Event,
    Failed,
    GenerationRequest,
    Progress,
    Ready,
    Stage,
    Terminal,
    Upload,
)
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)

OnProgress = Callable[[Stage, int, int], None]
"""Called with the stage, the steps done and their total; raises to stop the run."""


class Pipeline(Protocol):
    """A model in memory."""

    @property
    def revision(self) -> str | None: ...

    def run(self, request: GenerationRequest, on_progress: OnProgress, /) -> Rendering: ...


class Runtime(Protocol):
    """A device that models can be loaded onto."""

    @property
    def ready(self) -> Ready: ...

    def peak_memory(self) -> int:
        """Return the most bytes in use since the last call, or a little longer ago."""
        ...

    def load(self, spec: ModelSpec) -> Pipeline: ...


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

    def report(self, stage: Stage, step: int = 0, total_steps: int = 0) -> None:
        """Emit progress, or raise `GenerationCancelledError` if the request was cancelled."""
        if stage == "denoising":
            self._steps = (step, total_steps)
        if self.cancelled.is_set():
            raise GenerationCancelledError(*self._steps)
        self.stop_clock()
        self._stage = stage
        self._emit(Progress(self.request.id, stage, step, total_steps))

    def stop_clock(self) -> None:
        """Add the time since the last report to its stage."""
        now = time.perf_counter()
        if self._stage is not None:
            self.seconds[self._stage] += now - self._since
        self._since = now


class Engine:
    """Takes requests from any thread; each ends in exactly one terminal event."""

    def __init__(
        self,
        catalogue: Catalogue,
        open_runtime: Callable[[], Runtime],
        emit: Callable[[Event], None],
    ) -> None:
        self._catalogue = catalogue
        self._open_runtime = open_runtime
        self._emit = emit
        self._jobs: dict[str, tuple[Job, Future[Rendering]]] = {}
        self._device_thread = ThreadPoolExecutor(1, "device")
        self._encoder_thread = ThreadPoolExecutor(1, "encoder")
        self._resident: tuple[str, Pipeline] | None = None

    def start(self, preload: str | None = None) -> Future[None]:
        """Open the device, emit `Ready`, then load a model ahead of the first request."""
        return self._device_thread.submit(self._start, preload)

    def submit(self, request: GenerationRequest) -> None:
        """Queue a request."""
        job = Job(request, self._emit)
        denoising = self._device_thread.submit(self._denoise, job)
        self._jobs[request.id] = (job, denoising)
        denoising.add_done_callback(lambda done: self._denoised(job, done))

    def cancel(self, request_id: str) -> None:
        """Stop a request at its next step, or at once if it waits; unknown ids are ignored."""
        if entry := self._jobs.get(request_id):
            job, denoising = entry
            job.cancelled.set()
            denoising.cancel()

    def _start(self, preload: str | None) -> None:
        self._runtime = self._open_runtime()
        self._emit(self._runtime.ready)
        if preload is not None:
            try:
                self._load(self._catalogue[preload])
            except (GenerationError, UnknownModelError) as error:
                _log.warning("cannot preload: %s", error)

    def _denoise(self, job: Job) -> Rendering:
        spec = self._catalogue[job.request.model]
        spec.check(job.request)
        if self._resident is None or self._resident[0] != spec.name:
            job.report("loading")
            self._load(spec)
        assert self._resident is not None
        pipeline = self._resident[1]
        rendering = pipeline.run(job.request, job.report)
        job.peak_memory, job.revision = self._runtime.peak_memory(), pipeline.revision
        return rendering

    def _load(self, spec: ModelSpec) -> None:
        self._resident = None  # frees the old model's memory first
        self._resident = (spec.name, self._runtime.load(spec))

    def _denoised(self, job: Job, denoising: Future[Rendering]) -> None:
        if denoising.cancelled() or denoising.exception():
            self._end(job, denoising)
            return
        encoding = self._encoder_thread.submit(self._encode, job, denoising.result())
        encoding.add_done_callback(lambda done: self._end(job, done))

    def _encode(self, job: Job, rendering: Rendering) -> Completed:
        job.report("encoding")
        request = job.request
        spec = self._catalogue[request.model]
        frames = rendering.frames
        clip = write_mp4(
            frames,
            Path(request.output_path),
            fps=request.fps,
            scale=spec.display_scale(request.width, request.height),
            metadata=_metadata(job, spec, self._runtime.ready.device_name),
            audio=rendering.audio,
        )
        limit = request.max_bytes
        upload = None if limit is None else write_upload(frames, clip, limit)
        job.stop_clock()
        return Completed(
            id=request.id,
            path=request.output_path,
            width=clip.width,
            height=clip.height,
            num_frames=len(frames),
            fps=request.fps,
            size_bytes=clip.size_bytes,
            seconds=dict(job.seconds),
            device_name=self._runtime.ready.device_name,
            peak_memory_bytes=job.peak_memory,
            revision=job.revision,
            upload=_upload(upload) if upload else None,
        )

    def _end(self, job: Job, last: Future[Rendering] | Future[Completed]) -> None:
        """Send the one terminal event of a request, however it ended."""
        self._jobs.pop(job.request.id)
        self._emit(_terminal(job.request.id, last))


def _terminal(request_id: str, last: Future[Rendering] | Future[Completed]) -> Terminal:
    if last.cancelled():
        return Cancelled(request_id)
    error = last.exception()
    if error is None:
        completed = last.result()
        assert isinstance(completed, Completed)
        return completed
    if isinstance(error, GenerationCancelledError):
        return Cancelled(request_id, error.step, error.total_steps)
    return _failed(request_id, error)


def _failed(request_id: str, error: BaseException) -> Failed:
    match error:
        case DeviceLostError():
            # no terminal event from here: the parent sees the exit and reports "crashed"
            _log.critical("the device is lost: %s", error)
            os._exit(70)
        case GenerationError(reason=reason, message=message, retryable=retryable):
            return Failed(id=request_id, reason=reason, message=message, retryable=retryable)
        case UnknownModelError():
            return Failed(id=request_id, reason="invalid", message=str(error))
        case OSError(errno=errno.ENOSPC):
            message = "The disk is full: free some space and try again."
        case OSError():
            message = f"The clip could not be written: {error.strerror or error}."
        case _:
            message = f"The generator failed ({type(error).__name__}: {error})."
    _log.error("request %s failed", request_id, exc_info=error)
    return Failed(id=request_id, reason="internal", message=message)


def _upload(clip: Clip) -> Upload:
    return Upload(
        path=str(clip.path),
        width=clip.width,
        height=clip.height,
        fps=float(clip.fps),
        size_bytes=clip.size_bytes,
    )


def _metadata(job: Job, spec: ModelSpec, device_name: str) -> dict[str, object]:
    """What made the clip and what it took, without the paths of this machine."""
    fields = structs.asdict(job.request)
    hidden = {"id", "output_path", "max_bytes"}
    asked: dict[str, object] = {name: fields[name] for name in fields if name not in hidden}
    return asked | {
        "source": spec.name if spec.is_folder else spec.source,
        "revision": job.revision,
        "device": device_name,
        "peak_memory_bytes": job.peak_memory,
        "seconds": {stage: round(seconds, 3) for stage, seconds in job.seconds.items()},
    }
