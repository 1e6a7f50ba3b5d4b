"""Retention: what is old and done leaves the disk; nothing else does."""

import asyncio
import logging
import os
import time
from pathlib import Path

import pytest

from bot.jobs.draft import Draft
from bot.jobs.job import JobState
from bot.jobs.rules import GuildRules
from bot.jobs.store import open_store
from bot.jobs.wish import Wish
from bot.retention import keep_tidy, remove_by_rules, remove_old_clips
from tests.bot.jobs import make_job

OLD, LIMIT, YOUNG = 1_000.0, 2_000.0, 3_000.0


def write(folder: Path, *names: str, modified: float = OLD) -> None:
    for name in names:
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (modified, modified))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_all_files_of_old_ends_and_of_nobody_are_removed_and_the_rows_stay(
    tmp_path: Path,
) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    names = (
        *("mp4", "upload.mp4", "source.mp4", "unsmoothed.mp4", "mp4.part"),
        *("strip.jpg", "thumb.jpg", "preview.jpg", "image.png"),
    )
    write(clips, *(f"{job_id}.{name}" for job_id in ("doneA", "donea", "faila") for name in names))
    write(clips, "nojob.mp4", "nojob.strip.jpg")
    async with open_store(tmp_path / "db") as store:
        await store.save_job(make_job("donea", state=JobState.POSTED, finished_at=OLD))
        await store.save_job(make_job("faila", state=JobState.FAILED, finished_at=OLD))
        await remove_old_clips(store, clips, LIMIT)
        assert left(clips) == sorted(f"doneA.{name}" for name in names)  # no id of ours
        assert await store.job("donea") is not None
        assert await store.job("faila") is not None


async def test_what_is_young_unfinished_or_not_a_clip_stays(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    write(clips, "newer.mp4", "holiday.mp4", "notes.txt", "abcde.txt")
    write(clips, *(f"{state[:5]}.mp4" for state in JobState))
    write(clips, "nojob.mp4", modified=YOUNG)
    async with open_store(tmp_path / "db") as store:
        await store.save_job(make_job("newer", state=JobState.POSTED, finished_at=YOUNG))
        for state in JobState:
            await store.save_job(make_job(state[:5], state=state, finished_at=OLD))
        await remove_old_clips(store, clips, LIMIT)
    unfinished = ("queue.mp4", "runni.mp4", "encod.mp4", "posti.mp4")
    others = ("newer.mp4", "holiday.mp4", "notes.txt", "abcde.txt", "nojob.mp4")
    assert left(clips) == sorted({*unfinished, *others})


async def test_days_are_counted_from_now_and_zero_keeps_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = time.time()
    write(tmp_path, "young.mp4", modified=now - 6 * 86_400)
    write(tmp_path, "older.mp4", modified=now - 8 * 86_400)
    async with open_store(tmp_path / "db") as store:
        keeping = asyncio.create_task(keep_tidy(store, tmp_path, 0))
        await remove_by_rules(store, tmp_path, now)
        keeping.cancel()
        assert {"young.mp4", "older.mp4"} <= set(left(tmp_path))
        caplog.set_level(logging.INFO, "bot.retention")
        removed = asyncio.Event()
        caplog.handler.addFilter(lambda record: removed.set() or True)
        tidy = asyncio.create_task(keep_tidy(store, tmp_path, 7))
        await removed.wait()
        tidy.cancel()
    assert caplog.messages == ["files of old clips that were removed: 1"]
    assert "young.mp4" in left(tmp_path)


async def test_a_servers_own_days_count_for_its_clips_alone(tmp_path: Path) -> None:
    write(tmp_path, "short.mp4", "short.thumb.jpg", "fresh.mp4", "other.mp4", "nojob.mp4")
    async with open_store(tmp_path / "db") as store:
        now = 2 * 86_400.0
        await store.save_rules(2, GuildRules(retention_days=1.0))
        await store.save_rules(3, GuildRules(steps=9))
        done = {"state": JobState.POSTED}
        await store.save_job(make_job("short", **done, finished_at=now - 86_401))
        await store.save_job(make_job("fresh", **done, finished_at=now - 86_399))
        await store.save_job(make_job("other", **done, finished_at=OLD, guild_id=3))
        await remove_by_rules(store, tmp_path, now)
    assert [name for name in left(tmp_path) if not name.startswith("db")] == [
        "fresh.mp4",
        "nojob.mp4",
        "other.mp4",
    ]


async def test_pictures_and_what_was_never_sent_go_as_well(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    write(clips, "donea.image.png", "wait1.image.png")
    old = Draft(id="old", user_id=1, wish=Wish(prompt="a fox"), created_at=OLD)
    new = Draft(id="new", user_id=1, wish=Wish(prompt="a fox"), created_at=time.time())
    async with open_store(tmp_path / "db") as store:
        await store.save_job(make_job("donea", state=JobState.POSTED, finished_at=OLD))
        await store.save_job(make_job("wait1", state=JobState.QUEUED))
        for draft in (old, new):
            await store.save_draft(draft)
        tidying = asyncio.create_task(keep_tidy(store, clips, 1.0))
        async with asyncio.timeout(10):
            while await store.draft("old") is not None:  # noqa: ASYNC110 - rows go in silence
                await asyncio.sleep(0)
        tidying.cancel()
        assert await store.draft("new") == new
    assert left(clips) == ["wait1.image.png"]
