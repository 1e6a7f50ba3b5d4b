"""Runs requests one after the other on the device, each one's encoding beside the next one."""

import logging
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec import structs

from generator.catalogue import Catalogue
from generator.encoding import Rendering
from generator.errors import (
    DeviceLostError,
    GenerationCancelledError,
    GenerationError,
    UnknownModelError,
)
from generator.failures import failed
from generator.finishing import finish, finish_smoothed
from generator.given_clips import check_given_clip
from generator.job import Job
from generator.logs import request_context
from generator.protocol import (
    Cancelled,
    Completed,
    Event,
    Filmstrip,
    GenerationRequest,
    Terminal,
)
from generator.repeats import Repeats
from generator.residents import Residents
from generator.runtime import Runtime
from generator.snapshots import Budget, Recorder
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)
_WAITING_STRIPS = 8
"""Filmstrips that wait for the device at most; more are too old for anybody to ask for."""


class Engine:
    """Takes requests from any thread; each ends in exactly one terminal event.

    `open_budget` gives each run the time that it may spend on previews.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        open_runtime: Callable[[], Runtime],
        emit: Callable[[Event], None],
        open_budget: Callable[[], Budget] = Budget,
    ) -> None:
        self._catalogue = catalogue
        self._open_runtime = open_runtime
        self._emit = emit
        self._open_budget = open_budget
        self._jobs: dict[str, tuple[Job, Future[Rendering | Completed] | Future[Completed]]] = {}
        self._repeats = Repeats()
        self._device_thread = ThreadPoolExecutor(1, "device")
        self._encoder_thread = ThreadPoolExecutor(1, "encoder")
        self._smoother_thread = ThreadPoolExecutor(1, "smoother")
        self._strips: deque[Recorder] = deque(maxlen=_WAITING_STRIPS)

    def start(self, preload: str | None = None) -> Future[None]:
        """Open the device, emit `Ready`, then load a model ahead of the first request."""
        return self._device_thread.submit(self._start, preload)

    def submit(self, request: GenerationRequest) -> None:
        """Queue a request; one that needs no device waits for none."""
        job = Job(request, self._emit)
        if request.smooths is not None:
            smoothing = self._smoother_thread.submit(request_context(request.id)(self._smooth), job)
            self._jobs[request.id] = (job, smoothing)
            smoothing.add_done_callback(lambda done: self._end(job, done))
            return
        denoising = self._device_thread.submit(request_context(request.id)(self._run), job)
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
        check_given_clip(job.request, spec)
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
        job.recorder = recorder = Recorder(job.request, job.show, self._open_budget())
        on_snapshot = recorder.offer if recorder.is_wanted else None
        self._runtime.peak_memory()  # what others took, such as a larger clip that was stopped
        rendering = pipeline.run(job.request, job.report, on_snapshot)
        job.peak_memory, job.revision = self._runtime.peak_memory(), pipeline.revision
        return rendering

    def _denoised(self, job: Job, denoising: Future[Rendering | Completed]) -> None:
        ended = denoising.cancelled() or denoising.exception()
        if ended or isinstance(result := denoising.result(), Completed):
            self._end(job, denoising)
            return
        encode = request_context(job.request.id)(self._encode)
        encoding = self._encoder_thread.submit(encode, job, result)
        encoding.add_done_callback(lambda done: self._end(job, done))

    def _encode(self, job: Job, rendering: Rendering) -> Completed:
        spec = self._catalogue[job.request.model]
        completed = finish(job, rendering, spec, self._runtime.ready.device_name)
        completed = structs.replace(completed, filmstrip=self._filmstrip(job.recorder))
        self._repeats.remember(job.request, completed)
        return completed

    def _smooth(self, job: Job) -> Completed:
        spec = self._catalogue[job.request.model]
        check_given_clip(job.request, spec)
        if completed := self._repeats.copy(job.request):
            return completed
        completed = finish_smoothed(job, spec)
        self._repeats.remember(job.request, completed)
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
        with request_context(job.request.id):
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
