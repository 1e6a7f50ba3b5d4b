"""Jobs for the plain worker."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.jobs.job import Job
from tests.bot.jobs import make_job
from tests.generator.plain_worker import CATALOGUE


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    def job(job_id: str, model: str = "plain", **changes: object) -> Job:
        request = CATALOGUE[model].request(
            # a seed of its own: an exact repeat would overtake a clip that is being encoded
            id=job_id,
            prompt="a",
            seed=ord(job_id[0]),
            output_path=str(tmp_path / f"{job_id}.mp4"),
        )
        return make_job(job_id, request=request, **changes)

    return job
