"""The database's file: kept whole by updates, and left alone where it is not for us to touch."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StartupError
from bot.jobs.database import backups_of, prepare_database, shipped_migrations
from bot.jobs.store import open_store
from tests.bot.jobs import make_job

MIGRATIONS = shipped_migrations()
V1_ROW = (
    "INSERT INTO jobs (id, user_id, guild_id, channel_id, request, notes, explain, state, attempts,"
    " created_at) VALUES (?, 1, 2, 3, ?, '[]', 0, ?, 0, 1000.0)"
)
REQUEST = (
    '{"id":"abcde","model":"builtin","prompt":"a red circle","negative_prompt":"","width":256,'
    '"height":256,"num_frames":19,"fps":8,"num_inference_steps":20,"guidance_scale":6.0,"seed":7,'
    '"output_path":"clips/abcde.mp4","max_bytes":null,"type":"generate"}'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "zoetrope.sqlite3"


def prepare(path: Path, migrations: list[str] | None = None) -> None:
    prepare_database(path, migrations, busy_timeout=0)


def make_v1(path: Path, **states: str) -> None:
    """Make the file of the first version, as that did, with a job for each id and state."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(f"BEGIN; {MIGRATIONS[0]} PRAGMA user_version = 1; COMMIT;")
        db.executemany(V1_ROW, [(job_id, REQUEST, state) for job_id, state in states.items()])
        db.commit()


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        return [*db.iterdump(), f"version {version}"]


async def test_rows_of_the_first_version_are_read_by_this_one(path: Path) -> None:
    make_v1(path, old="posted", lost="running", next="queued")
    async with open_store(path) as store:
        assert [job.id for job in await store.unfinished_jobs()] == ["lost", "next"]
        job, posted = await store.job("next"), await store.job("old")
        assert job is not None
        assert posted is not None
        assert (job.route, job.turn, job.failure, job.told) == ("channel", 0, None, False)
        assert posted.told
        await store.save_job(make_job())


def test_a_backup_is_made_before_an_update_and_holds_what_was(path: Path) -> None:
    make_v1(path, abcde="posted")
    before = dump(path)
    prepare(path)
    assert [backup.name for backup in backups_of(path)] == ["zoetrope.sqlite3.v1.bak"]
    assert dump(backups_of(path)[0]) == before
    assert dump(path)[-1] == f"version {len(MIGRATIONS)}"


def test_neither_a_new_file_nor_one_that_is_up_to_date_is_backed_up(path: Path) -> None:
    prepare(path)
    prepare(path)
    assert backups_of(path) == []
    assert not list(path.parent.glob("*.part"))


@pytest.mark.parametrize("script", ["CREATE TABLE extra (a); SELECT oops;", "not SQL"])
def test_an_update_that_fails_leaves_the_file_as_it_was_each_time(path: Path, script: str) -> None:
    prepare(path, MIGRATIONS[:1])
    content, bytes_before = dump(path), path.read_bytes()
    for _ in range(3):
        with pytest.raises(StartupError, match="its update failed and was undone"):
            prepare(path, [MIGRATIONS[0], MIGRATIONS[1], script])
        assert path.read_bytes() == bytes_before
        assert dump(path) == content
    assert len(backups_of(path)) == 1
    prepare(path)
    assert dump(path)[-1] == f"version {len(MIGRATIONS)}"


def test_a_backup_is_never_written_over_and_the_newest_are_kept(path: Path) -> None:
    for number in range(5):
        for former in path.parent.glob(f"{path.name}*"):
            if former.suffix != ".bak":
                former.unlink()
        make_v1(path, **{f"job{number}": "posted"})
        prepare(path)
        os.utime(backups_of(path)[0], (number, number))  # quicker than the clock of the disk
    kept = ["\n".join(dump(backup)) for backup in backups_of(path)]
    assert len(kept) == 3
    for number, content in zip((4, 3, 2), kept, strict=True):
        assert f"'job{number}'" in content


def test_no_room_for_the_backup_means_no_update(path: Path) -> None:
    make_v1(path, abcde="posted")
    before = dump(path)
    path.with_name(f"{path.name}.v1.part").mkdir()  # as bad as a full disk
    with pytest.raises(StartupError, match="free space"):
        prepare(path)
    assert dump(path) == before
    assert backups_of(path) == []


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 99")


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE jobs (salary INTEGER)")


def marked_by_another(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        db.execute("PRAGMA application_id = 7")


def no_database(path: Path) -> None:
    path.write_bytes(b"not a database at all, " * 100)


def torn(path: Path) -> None:
    """Lose a page in the middle, as a disk might."""
    make_v1(path, **{f"j{number:04d}": "posted" for number in range(200)})
    content = bytearray(path.read_bytes())
    middle = len(content) // 4096 // 2 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    make_v1(path, **{f"j{number:04d}": "posted" for number in range(200)})
    path.write_bytes(path.read_bytes()[:10_000])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (newer, "newer version"),
        (foreign, "another program's database"),
        (marked_by_another, "another program's database"),
        (no_database, "damaged, or no database"),
        (torn, "damaged, or no database"),
        (cut_off, "damaged, or no database"),
    ],
)
def test_what_is_not_for_us_to_touch_is_refused_in_words_and_stays_as_it_is(
    path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(StartupError, match=words) as caught:
        prepare(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert backups_of(path) == []


def test_a_damaged_file_is_refused_with_the_name_of_its_backup(path: Path) -> None:
    make_v1(path, abcde="posted")
    prepare(path)
    path.write_bytes(b"x" * 5000)
    with pytest.raises(StartupError, match=r"put its backup zoetrope\.sqlite3\.v1\.bak in its"):
        prepare(path)


@pytest.mark.parametrize("mode", ["EXCLUSIVE", "IMMEDIATE"])
async def test_a_file_that_another_program_holds_is_refused_in_words(path: Path, mode: str) -> None:
    prepare(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"PRAGMA locking_mode = {'EXCLUSIVE' if mode == 'EXCLUSIVE' else 'NORMAL'}")
        other.execute(f"BEGIN {mode}")
        other.execute("INSERT INTO facts VALUES ('held', 'x')")
        with pytest.raises(StartupError, match="another program holds it"):
            async with open_store(path, busy_timeout=0):
                pass
        other.execute("ROLLBACK")


def test_what_a_killed_bot_left_in_the_log_is_read(path: Path) -> None:
    """The version in the write-ahead log counts, and looking at it changes nothing."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 99")
        killed = path.with_name("killed.sqlite3")
        for suffix in ("", "-wal"):
            Path(f"{killed}{suffix}").write_bytes(Path(f"{path}{suffix}").read_bytes())
    before = killed.read_bytes()
    with pytest.raises(StartupError, match="newer version"):
        prepare(killed)
    assert killed.read_bytes() == before


def test_a_check_that_takes_too_long_is_given_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_v1(path, **{f"j{number:04d}": "posted" for number in range(5000)})
    monkeypatch.setattr("bot.jobs.database._CHECK_SECONDS", -1.0)
    prepare(path)
