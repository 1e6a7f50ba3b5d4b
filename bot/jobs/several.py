"""Jobs of several clips: the request of each, and one clip as if it were a job of its own."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

from msgspec import structs

from bot.jobs.job import Job
from generator import Completed, GenerationRequest

_log = logging.getLogger(__name__)
MAX_VARIATIONS = 4
NAME = r"[a-z0-9]{1,20}(?:-[1-9])?"
"""A pattern for what buttons, forms and /show name: a job, or one clip of it, with `-2` behind."""

_SEEDS = 2**32
_CLIP_NAME = re.compile(r"([a-z0-9]{1,20})-([1-9])")


def request_of(job: Job, number: int) -> GenerationRequest:
    """Return the request for a clip, counted from 1: each has the next seed, and its own files."""
    request, ahead = job.request, number - 1
    if not ahead:
        return request
    path = Path(request.output_path)
    request = structs.replace(
        request,
        id=f"{request.id}-{number}",
        output_path=str(path.with_stem(f"{path.stem}-{number}")),
    )
    if request.variation_seed is not None:  # all begin with the same noise, and leave it elsewhere
        return structs.replace(request, variation_seed=(request.variation_seed + ahead) % _SEEDS)
    return structs.replace(request, seed=(request.seed + ahead) % _SEEDS)


def next_request(job: Job) -> GenerationRequest:
    """Return the request for the clip that is made now or next."""
    return request_of(job, min(len(job.clips) + 1, job.variations))


def clip_of(job: Job, number: int) -> Job | None:
    """Return one clip, counted from 1, as a job that has no other; None if it was not to be made.

    Its id is `k7m2p-2`, so all that is made from a job, with its buttons, can be made from one of
    its clips. It is never stored.
    """
    if number > job.variations:
        return None
    if job.variations == 1:
        return job
    made = job.clips[number - 1 : number]
    return structs.replace(
        job,
        id=f"{job.id}-{number}",
        request=request_of(job, number),
        variations=1,
        completed=made[0] if made else None,
        more=(),
    )


def remove_clips(clips: Iterable[Completed]) -> None:
    """Remove all files of clips; what cannot be removed is logged, and left to retention."""
    for path in (Path(path) for completed in clips for path in completed.paths):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("a clip's file cannot be removed: %s", error)


def split_name(name: str) -> tuple[str, int | None]:
    """Return a job's id, and the number of the clip that is named, if one is."""
    match = _CLIP_NAME.fullmatch(name)
    return (name, None) if match is None else (match[1], int(match[2]))
