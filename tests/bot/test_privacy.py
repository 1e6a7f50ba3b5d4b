"""What the database has about a member: complete to read, and gone when it is forgotten."""

import io
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.commands.privacy import files_of
from bot.jobs.choices import MemberChoices
from bot.jobs.job import Job, JobState
from bot.jobs.privacy import ABOUT, wipe
from bot.jobs.store import open_store
from generator import Completed
from tests.bot.jobs import make_job

MINE, THEIRS = 11, 22
NOW = 1_000_000.0


def posted(job_id: str, user_id: int, prompt: str, finished_at: float = NOW) -> Job:
    """Return a posted job of two clips, with a prompt and a start picture."""
    job = make_job(job_id, user_id=user_id, state=JobState.POSTED, told=True, variations=2)
    request = msgspec.structs.replace(job.request, prompt=prompt, image_path="/data/start.png")
    clips = [
        Completed(
            id=name,
            path=f"/data/{name}.mp4",
            width=8,
            height=8,
            num_frames=8,
            fps=8,
            size_bytes=1,
            seconds={"denoising": 2.0},
        )
        for name in (job_id, f"{job_id}-2")
    ]
    return msgspec.structs.replace(
        job,
        request=request,
        completed=clips[0],
        more=tuple(clips[1:]),
        own_prompt=prompt,
        finished_at=finished_at,
    )


def tables_with(path: Path, columns: set[str]) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        names = [
            name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE sql NOT NULL")
        ]
        return {
            name
            for name in names
            if columns & {row[1] for row in db.execute(f"PRAGMA table_info({name})")}
        }


async def test_every_table_that_names_members_is_exported(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        await store.save_job(posted("aaaaa", MINE, "a blue star"))
        await store.save_job(posted("bbbbb", THEIRS, "a red star"))
        await store.save_choices(MINE, MemberChoices(quality="draft"))
        rows = await store.rows_about(MINE)
    assert set(ABOUT) == tables_with(tmp_path / "db", {"user_id", "by_user_id"})
    (job,) = rows["jobs"]
    assert job["request"]["prompt"] == "a blue star"
    assert (job["request"]["image_path"], job["completed"]["path"]) == ("start.png", "aaaaa.mp4")
    assert [clip["path"] for clip in job["more"]] == ["aaaaa-2.mp4"]
    assert rows["members"] == [{"user_id": MINE, "choices": {"quality": "draft"}}]
    assert [row["seconds"] for row in rows["usage"]] == [4.0]


async def test_what_is_forgotten_is_in_no_file_and_counts_and_times_stay(tmp_path: Path) -> None:
    path = tmp_path / "zoetrope.sqlite3"
    async with open_store(path) as store:
        await store.save_job(posted("oldie", MINE, "a SECRET star", finished_at=NOW - 100))
        backup = tmp_path / "zoetrope.sqlite3.v2.bak"
        with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(backup)) as copy:
            db.backup(copy)
        await store.save_job(posted("aaaaa", MINE, "a SECRET circle"))
        await store.save_job(make_job("wwwww", user_id=MINE))
        await store.save_job(posted("bbbbb", THEIRS, "a red star"))
        await store.forget(MINE, used_since=NOW - 50)
        wipe(path, MINE)
        assert [job.id for job in await store.jobs_of_user(MINE, 10)] == ["wwwww"]
        assert await store.job("aaaaa") is None
        left = [job for job in await store.recent_completed(10) if job.user_id == 0]
        assert [len(job.clips) for job in left] == [2, 2]
        assert {(job.guild_id, job.request.model) for job in left} == {(2, "builtin")}
        assert [clip.seconds for clip in left[0].clips] == [{"denoising": 2.0}] * 2
        assert await store.usage(MINE, 2, NOW + 1) == [(NOW, 4.0)]  # not that of before
        (his,) = await store.jobs_of_user(THEIRS, 10)
        assert his.prompt == "a red star"
    for file in (path, backup):
        data = file.read_bytes()
        assert b"SECRET" not in data
        assert b"aaaaa" not in data
        assert b"oldie" not in data


async def test_a_search_finds_letters_of_any_language_in_members_own_words(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        for job_id, prompt in (("aaaaa", "Ein ÄPFEL-Baum"), ("bbbbb", "ein 100% Baum")):
            await store.save_job(posted(job_id, MINE, prompt))
        found = await store.jobs_page(MINE, "äpfel", 5, 0)
        assert [job.id for job in found] == ["aaaaa"]
        assert await store.count_jobs(MINE, "%") == 1
        assert await store.count_jobs(MINE, "") == 2
        assert [len(await store.jobs_page(MINE, "", 1, offset)) for offset in (0, 1, 2)] == [
            1,
            1,
            0,
        ]


@pytest.mark.parametrize(
    ("limit", "suffixes"),
    [(10_000_000, ["json"]), (20_000, ["zip"]), (1_500, None)],
)
def test_an_export_too_large_for_discord_is_zipped_and_then_sent_in_parts(
    limit: int, suffixes: list[str] | None
) -> None:
    jobs = [
        {"id": f"{number:05}", "prompt": f"{number * 7919:x} star" * 20} for number in range(99)
    ]
    files = list(files_of({"jobs": jobs, "members": []}, limit))
    assert all(len(data) <= limit for _, data in files)
    if suffixes is not None:
        assert [suffix for suffix, _ in files] == suffixes
    assert [row["id"] for row in _rows(files)] == [job["id"] for job in jobs]


def _rows(files: Sequence[tuple[str, bytes]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for suffix, data in files:
        if suffix == "zip":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = archive.read("zoetrope.json")
        found += msgspec.json.decode(data)["jobs"]
    return found
