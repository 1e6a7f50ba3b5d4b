"""Jobs to test with."""

from typing import Any

from bot.jobs.job import Job
from generator import load_catalogue

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
