"""What becomes of a rendering: the clip's file, one that fits, and the words that go with them."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import structs

from generator.encoding import Clip, Frames, Rendering, write_mp4
from generator.fitting import write_upload
from generator.given_clips import open_clip, read_clip, sound_of
from generator.job import Job
from generator.joining import join
from generator.protocol import GIVEN_FILES, Completed, GenerationRequest, Upload
from generator.rules import smoother_fps
from generator.smoothing import smooth
from generator.spec import ModelSpec

_HIDDEN = {"id", "output_path", "max_bytes", "previews", "filmstrip", *GIVEN_FILES}


def finish(job: Job, rendering: Rendering, spec: ModelSpec, device_name: str) -> Completed:
    """Write a clip's files and return its terminal event, where only the filmstrip is missing.

    Raises `GenerationError("invalid")` for a clip that fits nowhere, `OSError` for a full disk.
    """
    job.report("encoding")
    request = job.request
    completed = _write(
        job,
        _whole(request, rendering, spec),
        fps=request.fps,
        scale=spec.display_scale(request.width, request.height),
        metadata=_metadata(job, spec.serving(request), device_name),
    )
    job.recorder.finish(rendering.frames, job.seconds)
    return structs.replace(completed, device_name=device_name)


def finish_smoothed(job: Job, spec: ModelSpec) -> Completed:
    """Write the clip that a request smooths, with frames in between, and return the same.

    Raises `GenerationCancelledError` on its way, and what `finish` raises.
    """
    job.report("encoding")
    request = job.request
    assert request.smooths is not None
    fps = smoother_fps(request.fps) or request.fps
    smoothed = smooth(Path(request.smooths), fps // request.fps, lambda: job.report("encoding"))
    metadata = _metadata(job, spec.serving(request), "") | {"smoothed_to_fps": fps}
    return _write(job, smoothed, fps=fps, scale=1, metadata=metadata)


def _write(
    job: Job, whole: Rendering, *, fps: int, scale: int, metadata: Mapping[str, object]
) -> Completed:
    request, frames = job.request, whole.frames
    path = Path(request.output_path)
    clip = write_mp4(frames, path, fps=fps, scale=scale, metadata=metadata, audio=whole.audio)
    upload = _write_upload(frames, clip, request.max_bytes)
    job.stop_clock()
    return Completed(
        id=request.id,
        path=request.output_path,
        width=clip.width,
        height=clip.height,
        num_frames=len(frames),
        fps=fps,
        size_bytes=clip.size_bytes,
        seconds=dict(job.seconds),
        peak_memory_bytes=job.peak_memory,
        revision=job.revision,
        upload=_upload(upload) if upload else None,
    )


def _whole(request: GenerationRequest, rendering: Rendering, spec: ModelSpec) -> Rendering:
    """Return the clip with the one it goes on from, or with the sound of the one it was."""
    if request.continues is not None:
        earlier = read_clip(request.continues, request.width, request.height)
        return join(earlier, rendering, request.fps, spec.shown_again)
    if request.upscales is not None:
        with open_clip(Path(request.upscales)) as small:
            return Rendering(rendering.frames, sound_of(small))
    return rendering


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
    asked: dict[str, object] = {name: fields[name] for name in fields if name not in _HIDDEN}
    return asked | {
        "source": spec.name if spec.is_folder else spec.source,
        "revision": job.revision,
        "device": device_name,
        "peak_memory_bytes": job.peak_memory,
        "seconds": {stage: round(seconds, 3) for stage, seconds in job.seconds.items()},
    }
