"""What can be made of a clip: better, longer, larger, smoother."""

from math import sqrt
from typing import get_args

from bot.jobs.job import Job
from generator import ModelSpec, PresetName, Settings, smoother_fps


def next_quality(job: Job, spec: ModelSpec) -> Settings | None:
    """Return a job's numbers in the next preset that is better than they are; None at the best.

    Length, shape and what is already better stay. A clip that goes on from another one has the size
    of that, and a larger one its steps, so these have none.
    """
    request = job.request
    if request.continues is not None or request.upscales is not None:
        return None
    presets = [spec.preset(name) for name in get_args(PresetName)]
    guided_as_usual = request.guidance_scale in {preset.guidance_scale for preset in presets}
    for preset in presets:
        width, height = _size(job, preset, spec)
        steps = max(request.num_inference_steps, preset.num_inference_steps)
        if (width, height, steps) == (request.width, request.height, request.num_inference_steps):
            continue
        return Settings(
            width=width,
            height=height,
            num_frames=request.num_frames,
            fps=request.fps,
            num_inference_steps=steps,
            guidance_scale=preset.guidance_scale if guided_as_usual else request.guidance_scale,
        )
    return None


def can_extend(job: Job, spec: ModelSpec) -> bool:
    """Tell whether a job's model can let its clip go on, in the size and at the pace it has."""
    return spec.can_extend and job.request.upscales is None and job.request.smooths is None


def larger_size(job: Job, spec: ModelSpec) -> tuple[int, int] | None:
    """Return what a job's clip can be made larger to, in pixels; None if its model cannot."""
    clip = job.completed
    if clip is None or job.request.smooths is not None:
        return None
    if spec.fit_frames(clip.num_frames) != clip.num_frames:  # one that was extended
        return None
    return spec.upscaled_size(clip.width, clip.height)


def can_smooth(job: Job) -> bool:
    """Tell whether a job's clip is slow enough to gain by frames in between."""
    return job.completed is not None and smoother_fps(job.completed.fps) is not None


def _size(job: Job, preset: Settings, spec: ModelSpec) -> tuple[int, int]:
    """Return a preset's number of pixels in a job's shape; the job's own size if it has as many."""
    width, height = job.request.width, job.request.height
    scale = sqrt(preset.width * preset.height / (width * height))
    larger = spec.fit_size(round(width * scale), round(height * scale))
    return larger if larger[0] * larger[1] > width * height else (width, height)
