"""The store: what goes in comes out, also after a restart."""

import sqlite3
from pathlib import Path

import pytest
from msgspec import structs

from bot.errors import StartupError
from bot.jobs.job import JobState
from bot.jobs.rules import GuildRules
from bot.jobs.store import open_store
from generator import Completed, Upload
from tests.bot.jobs import make_job

COMPLETED = Completed(
    id="abcde",
    path="clips/abcde.mp4",
    width=256,
    height=256,
    num_frames=19,
    fps=8,
    size_bytes=12_345,
    seconds={"denoising": 1.5},
)


async def test_a_job_survives_a_restart_whole(tmp_path: Path) -> None:
    job = make_job(
        state=JobState.POSTING, completed=COMPLETED, notes=("rounded",), explain=True, attempts=1
    )
    async with open_store(tmp_path / "db") as store:
        await store.save_job(job)
    async with open_store(tmp_path / "db") as store:
        assert await store.job("abcde") == job
        assert await store.job("other") is None


async def test_the_file_to_post_is_kept_and_older_rows_have_none(tmp_path: Path) -> None:
    upload = Upload(path="clips/abcde.upload.mp4", width=160, height=160, fps=8, size_bytes=900)
    reduced = make_job(completed=structs.replace(COMPLETED, upload=upload))
    async with open_store(tmp_path / "db") as store:
        await store.save_job(reduced)
        assert await store.job("abcde") == reduced
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("UPDATE jobs SET completed = json_remove(completed, '$.upload')")
    connection.close()
    async with open_store(tmp_path / "db") as store:
        assert await store.job("abcde") == make_job(completed=COMPLETED)


async def test_unfinished_jobs_come_back_in_their_order(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        states = [JobState.POSTED, JobState.RUNNING, JobState.QUEUED, JobState.FAILED]
        for number, state in enumerate(states):
            await store.save_job(make_job(f"job{number}", state=state, created_at=100.0 - number))
        assert [job.id for job in await store.unfinished_jobs()] == ["job2", "job1"]


async def test_rules_are_kept_for_each_server(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        assert await store.rules(1) == GuildRules()
        await store.save_rules(1, GuildRules(steps=9))
        await store.save_rules(1, GuildRules(model="builtin", steps=12))
        assert await store.rules(1) == GuildRules(model="builtin", steps=12)
        assert await store.rules(2) == GuildRules()
        assert await store.rules(None) == GuildRules()


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StartupError, match="newer version"):
        async with open_store(path):
            pass


async def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "db"
    path.write_bytes(b"not a database at all, " * 100)
    with pytest.raises(StartupError, match="cannot be used"):
        async with open_store(path):
            pass
    assert path.read_bytes().startswith(b"not a database")
