"""The store: what goes in comes out, also after a restart."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest
from msgspec import structs

from bot.errors import StoreError
from bot.jobs.job import JobState
from bot.jobs.rules import GuildRules
from bot.jobs.store import open_store
from bot.jobs.writer import GroupWriter
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


async def test_unfinished_jobs_and_untold_ends_come_back_in_their_order(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        states = [JobState.POSTED, JobState.RUNNING, JobState.QUEUED, JobState.FAILED]
        for number, state in enumerate(states):
            told = state is JobState.POSTED
            job = make_job(f"job{number}", state=state, created_at=100.0 - number, told=told)
            await store.save_job(job)
        assert [job.id for job in await store.unfinished_jobs()] == ["job3", "job2", "job1"]


async def test_rules_are_kept_for_each_server(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        assert await store.rules(1) == GuildRules()
        await store.save_rules(1, GuildRules(steps=9))
        await store.save_rules(1, GuildRules(model="builtin", steps=12))
        assert await store.rules(1) == GuildRules(model="builtin", steps=12)
        assert await store.rules(2) == GuildRules()
        assert await store.rules(None) == GuildRules()


async def test_completed_jobs_come_newest_first(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        for number in range(4):
            completed = COMPLETED if number != 1 else None
            await store.save_job(make_job(f"job{number}", completed=completed))
        assert [job.id for job in await store.recent_completed(2)] == ["job3", "job2"]
        assert [job.id for job in await store.recent_completed(9)] == ["job3", "job2", "job0"]


async def test_a_members_jobs_come_newest_first_and_page_by_page(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        for number in range(5):
            await store.save_job(make_job(f"job{number}", created_at=float(number), user_id=7))
        await store.save_job(make_job("other", created_at=9.0, user_id=8))
        page = await store.jobs_of_user(7, limit=2)
        assert [job.id for job in page] == ["job4", "job3"]
        page = await store.jobs_of_user(7, limit=9, before=page[-1].created_at)
        assert [job.id for job in page] == ["job2", "job1", "job0"]


async def test_a_row_that_cannot_be_read_is_named_in_the_log_skipped_and_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_store(tmp_path / "db") as store:
        for number in range(4):
            await store.save_job(make_job(f"job{number}"))
    with closing(sqlite3.connect(tmp_path / "db")) as connection, connection:
        connection.execute("UPDATE jobs SET state = 'dreaming' WHERE id = 'job0'")
        connection.execute("UPDATE jobs SET request = '{' WHERE id = 'job2'")
        rows = connection.execute("SELECT * FROM jobs").fetchall()
    async with open_store(tmp_path / "db") as store:
        assert [job.id for job in await store.unfinished_jobs()] == ["job1", "job3"]
        assert "job job2 cannot be read" in caplog.text
        caplog.clear()
        assert await store.job("job0") is None
        assert "job job0 cannot be read" in caplog.text
        assert await store.kept_clips(["job0", "gone1"], since=0.0) == {"job0"}
    with closing(sqlite3.connect(tmp_path / "db")) as connection:
        assert connection.execute("SELECT * FROM jobs").fetchall() == rows


# --- writing together, and what happens when that fails ---


async def test_saves_that_come_at_once_are_all_on_the_disk_and_the_last_one_counts(
    tmp_path: Path,
) -> None:
    job = make_job()
    async with open_store(tmp_path / "db") as store, asyncio.TaskGroup() as tasks:
        for number in range(300):
            saved = structs.replace(job, id=f"{number:05d}")
            tasks.create_task(store.save_job(saved))
            tasks.create_task(store.save_job(structs.replace(saved, state=JobState.RUNNING)))
            tasks.create_task(store.save_fact("number", str(number)))
    async with open_store(tmp_path / "db") as store:
        jobs = await store.unfinished_jobs()
        assert len(jobs) == 300
        assert {job.state for job in jobs} == {JobState.RUNNING}
        assert await store.fact("number") == "299"


async def test_a_value_that_cannot_be_stored_takes_no_other_save_down(tmp_path: Path) -> None:
    odd = make_job("odd", failure="no UTF-8: \udc80")
    async with open_store(tmp_path / "db") as store:
        saves = (store.save_job(job) for job in (make_job("first"), odd, make_job("last")))
        first, failed, last = await asyncio.gather(*saves, return_exceptions=True)
        assert (first, last) == (None, None)
        assert isinstance(failed, StoreError)
        assert [job.id for job in await store.unfinished_jobs()] == ["first", "last"]


async def test_a_caller_that_gives_up_leaves_the_others_their_save(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        given_up = asyncio.create_task(store.save_job(make_job("early")))
        other = asyncio.create_task(store.save_job(make_job("later")))
        await asyncio.sleep(0)  # both have asked
        given_up.cancel()
        await other
        assert await store.job("later") is not None


async def test_what_was_asked_for_before_the_end_is_saved(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        saving = asyncio.create_task(store.save_job(make_job()))
        await asyncio.sleep(0)  # it has asked
    await saving
    async with open_store(tmp_path / "db") as store:
        assert await store.job("abcde") is not None


async def test_a_full_database_fails_in_words_and_works_again_when_there_is_room(
    tmp_path: Path,
) -> None:
    async with aiosqlite.connect(tmp_path / "db") as connection:
        await connection.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT)")
        writer = GroupWriter(connection)
        sql = "INSERT INTO facts VALUES (?, ?)"
        await writer.write(sql, ["before", "x"])
        await connection.execute("PRAGMA max_page_count = 8")  # SQLite's own way to be full
        saves = (writer.write(sql, [f"fact{number}", "x" * 9_000]) for number in range(5))
        for failed in await asyncio.gather(*saves, return_exceptions=True):
            assert isinstance(failed, StoreError)
            assert "full" in str(failed)
        await connection.execute("PRAGMA max_page_count = 1000000")
        await writer.write(sql, ["after", "x"])
        await writer.close()
    with closing(sqlite3.connect(tmp_path / "db")) as connection:
        names = connection.execute("SELECT name FROM facts ORDER BY rowid").fetchall()
    assert names == [("before",), ("after",)]


async def test_a_locked_database_fails_in_words_and_works_again_when_it_is_free(
    tmp_path: Path,
) -> None:
    path = tmp_path / "db"
    async with open_store(path, busy_timeout=0) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked"):
                await store.save_job(make_job())
            assert await store.job("abcde") is None
            other.execute("ROLLBACK")
        await store.save_job(make_job())
        assert await store.job("abcde") == make_job()


async def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        pass
    with pytest.raises(StoreError):
        await store.save_job(make_job())
    with pytest.raises(StoreError):
        await store.job("abcde")
