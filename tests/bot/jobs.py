"""Jobs to test with."""

from typing import Any

from bot.jobs.job import Job
from generator import Completed, load_catalogue

_SPEC = load_catalogue()["builtin"]


def make_job(job_id: str = "abcde", **changes: Any) -> Job:
    """Return a job as /video would make it, with some fields changed."""
    request = _SPEC.request(
        id=job_id, prompt="a red circle", seed=7, output_path=f"clips/{job_id}.mp4"
    )
    fields: dict[str, Any] = {
        "id": job_id,
        "user_id": 1,
        "guild_id": 2,
        "channel_id": 3,
        "request": request,
        "created_at": 1_000.0,
    }
    return Job(**fields | changes)


def make_completed(clip_id: str = "abcde", **changes: Any) -> Completed:
    """Return a finished clip, with some fields changed."""
    fields: dict[str, Any] = {
        "id": clip_id,
        "path": f"clips/{clip_id}.mp4",
        "width": 64,
        "height": 64,
        "num_frames": 16,
        "fps": 8,
        "size_bytes": 1_000,
        "seconds": {"denoising": 2.0, "encoding": 1.0},
    }
    return Completed(**fields | changes)


async def no_showcase(guild_id: int | None) -> bool:
    """Stand in for a client's `has_showcase`."""
    return False
