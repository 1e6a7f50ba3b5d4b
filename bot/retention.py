"""Old clips leave the disk; the jobs they belong to stay in the database."""

import asyncio
import logging
import re
import time
from collections.abc import Collection
from pathlib import Path

from bot.errors import StoreError
from bot.jobs.store import Store

_log = logging.getLogger(__name__)
_A_DAY = 24 * 3600.0
_INTERVAL = 3600.0

_CLIP_FILE = re.compile(
    r"([a-z0-9]{5})(?:-[1-9])?"
    r"\.(?:(?:(?:upload|source|unsmoothed)\.)?mp4|(?:strip|thumb|preview)\.jpg|image\.png)(?:\.part)?"
)
"""A job's id and what follows it; what is named otherwise was put there by somebody else."""


async def keep_tidy(store: Store, folder: Path, days: float) -> None:
    """Remove the files of jobs that ended so many days ago, now and every hour; 0 keeps all.

    A server's own number of days counts where it is less. Device time is forgotten after a day.
    """
    while True:
        try:
            if days > 0:
                await remove_old_clips(store, folder, time.time() - days * _A_DAY)
                await store.forget_drafts(time.time() - days * _A_DAY)
            await remove_by_rules(store, folder, time.time())
            await store.forget_usage(time.time())
        except (OSError, StoreError) as error:
            _log.warning("old clips could not be removed, next try in an hour: %s", error)
        await asyncio.sleep(_INTERVAL)


async def remove_old_clips(store: Store, folder: Path, before: float) -> None:
    """Remove the files of jobs that ended before a Unix time, and as old ones of no known job.

    What belongs to an unfinished job stays, however old it is. Raises `OSError` and `StoreError`.
    """
    old = await asyncio.to_thread(_files_before, folder, before)
    kept = await store.kept_clips({job_id for job_id, _ in old}, since=before)
    removed = [path for job_id, path in old if job_id not in kept]
    await asyncio.to_thread(_remove, removed)
    if removed:
        _log.info("files of old clips that were removed: %d", len(removed))


async def remove_by_rules(store: Store, folder: Path, now: float) -> None:
    """Remove the files of jobs that ended longer ago than their servers keep clips."""
    files = await asyncio.to_thread(_files_before, folder, now)
    expired = await store.expired_by_rules({job_id for job_id, _ in files}, now)
    removed = [path for job_id, path in files if job_id in expired]
    await asyncio.to_thread(_remove, removed)
    if removed:
        _log.info("files of clips that were removed by a server's rules: %d", len(removed))


def remove_clips_of(folder: Path, job_ids: Collection[str]) -> None:
    """Remove every file of some jobs; blocks. Raises `OSError`."""
    found = ((_CLIP_FILE.fullmatch(path.name), path) for path in folder.iterdir())
    _remove([path for match, path in found if match and match[1] in job_ids])


def _files_before(folder: Path, before: float) -> list[tuple[str, Path]]:
    """Return files last written before a Unix time, each with the id of its job.

    A repeated clip is a second name of a file that may be older than its job: the rows decide.
    """
    return [
        (match[1], path)
        for path in folder.iterdir()
        if (match := _CLIP_FILE.fullmatch(path.name)) and _modified(path) < before
    ]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # it was renamed or removed meanwhile, so it was in use
        return float("inf")


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
