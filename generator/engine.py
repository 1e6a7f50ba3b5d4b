"""Runs requests one after the other on the device, each one's encoding beside the next one."""

import logging
import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from msgspec import structs

from generator.catalogue import Catalogue
from generator.encoding import Clip, Frames, Rendering, write_mp4
from generator.errors import (
    DeviceLostError,
    GenerationCancelledError,
    GenerationError,
    UnknownModelError,
)
from generator.failures import failed
from generator.fitting import write_upload
from generator.protocol import (
    Cancelled,
    Completed,
    Event,
    Filmstrip,
    GenerationRequest,
    Progress,
    Stage,
    Terminal,
    Upload,
)
from generator.repeats import Repeats
from generator.residents import Residents
from generator.runtime import Runtime
from generator.snapshots import Recorder
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)
_WAITING_STRIPS = 8
"""Filmstrips that wait for the device at most; more are too old for anybody to ask for."""


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
        self._jobs: dict[str, tuple[Job, Future[Rendering | Completed]]] = {}
        self._repeats = Repeats()
        self._device_thread = ThreadPoolExecutor(1, "device")
        self._encoder_thread = ThreadPoolExecutor(1, "encoder")
        self._strips: deque[Recorder] = deque(maxlen=_WAITING_STRIPS)

    def start(self, preload: str | None = None) -> Future[None]:
        """Open the device, emit `Ready`, then load a model ahead of the first request."""
        return self._device_thread.submit(self._start, preload)

    def submit(self, request: GenerationRequest) -> None:
        """Queue a request."""
        job = Job(request, self._emit)
        denoising = self._device_thread.submit(self._run, job)
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
        self._residents = Residents(self._runtime)
        self._emit(self._runtime.ready)
        if preload is not None:
            try:
                spec = self._catalogue[preload]
                self._runtime.fetch(spec, lambda done, total: None)
                self._residents.pipeline(spec)
            except (GenerationError, UnknownModelError) as error:
                _log.warning("cannot preload: %s", error)

    def _run(self, job: Job) -> Rendering | Completed:
        spec = self._catalogue[job.request.model]
        spec.check(job.request)
        if completed := self._repeats.copy(job.request):
            return completed
        spec = spec.serving(job.request)
        try:
            return self._denoise(job, spec)
        except GenerationError as error:
            if error.reason != "out_of_memory" or not self._residents.give_way(spec):
                raise
        # once more, and not until the error has let go of all that was in memory
        return self._denoise(job, spec)

    def _denoise(self, job: Job, spec: ModelSpec) -> Rendering:
        if spec not in self._residents:
            job.report("loading")
            self._runtime.fetch(spec, job.report_download)
        pipeline = self._residents.pipeline(spec)
        job.recorder = recorder = Recorder(job.request, job.show)
        on_snapshot = recorder.offer if recorder.is_wanted else None
        rendering = pipeline.run(job.request, job.report, on_snapshot)
        job.peak_memory, job.revision = self._runtime.peak_memory(), pipeline.revision
        return rendering

    def _denoised(self, job: Job, denoising: Future[Rendering | Completed]) -> None:
        ended = denoising.cancelled() or denoising.exception()
        if ended or isinstance(result := denoising.result(), Completed):
            self._end(job, denoising)
            return
        encoding = self._encoder_thread.submit(self._encode, job, result)
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
            metadata=_metadata(job, spec.serving(request), self._runtime.ready.device_name),
            audio=rendering.audio,
        )
        upload = _write_upload(frames, clip, request.max_bytes)
        job.stop_clock()
        job.recorder.finish(frames, job.seconds)
        completed = Completed(
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
            filmstrip=self._filmstrip(job.recorder),
        )
        self._repeats.remember(request, completed)
        return completed

    def _filmstrip(self, recorder: Recorder) -> Filmstrip | None:
        if not recorder.steps:
            return None
        self._strips.append(recorder)
        return Filmstrip(str(recorder.strip_path), recorder.steps)

    def _end(self, job: Job, last: Future[Rendering | Completed] | Future[Completed]) -> None:
        """Send the one terminal event of a request, however it ended."""
        job.recorder.remove_preview()
        self._jobs.pop(job.request.id)
        self._emit(_terminal(job.request.id, last))
        self._device_thread.submit(self._draw_filmstrips)

    def _draw_filmstrips(self) -> None:
        """Draw what filmstrips there are while nobody waits, and else what costs nearly nothing."""
        while self._strips and (not self._jobs or self._strips[0].is_cheap):
            self._strips.popleft().draw()


def _terminal(request_id: str, last: Future[Rendering | Completed] | Future[Completed]) -> Terminal:
    if last.cancelled():
        return Cancelled(request_id)
    error = last.exception()
    if error is None:
        completed = last.result()
        assert isinstance(completed, Completed)
        return completed
    if isinstance(error, GenerationCancelledError):
        return Cancelled(request_id, error.step, error.total_steps)
    if isinstance(error, DeviceLostError):
        # no terminal event from here: the parent sees the exit and reports "crashed"
        _log.critical("the device is lost: %s", error)
        os._exit(70)
    return failed(request_id, error)


def _write_upload(frames: Frames, full: Clip, max_bytes: int | None) -> Clip | None:
    try:
        return None if max_bytes is None else write_upload(frames, full, max_bytes)
    except OSError:
        full.path.unlink(missing_ok=True)  # nobody would hear of it, and the disk may be full
        raise


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
    hidden = {"id", "output_path", "max_bytes", "image_path", "previews", "filmstrip"}
    asked: dict[str, object] = {name: fields[name] for name in fields if name not in hidden}
    return asked | {
        "source": spec.name if spec.is_folder else spec.source,
        "revision": job.revision,
        "device": device_name,
        "peak_memory_bytes": job.peak_memory,
        "seconds": {stage: round(seconds, 3) for stage, seconds in job.seconds.items()},
    }
