"""What the database has about one member: all of it for them to read, and how it is forgotten."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import msgspec

from bot.jobs.database import backups_of
from bot.jobs.writer import Statement

_SHARES_OF_JOBS = (
    "EXISTS (SELECT 1 FROM jobs WHERE jobs.user_id = :user AND "
    "(shares.job_id = jobs.id OR shares.job_id LIKE jobs.id || '-%'))"
)
ABOUT: Mapping[str, str] = {
    "jobs": "user_id = :user",
    "members": "user_id = :user",
    "drafts": "user_id = :user",
    "usage": "user_id = :user",
    "sanctions": "user_id = :user",
    "shares": f"by_user_id = :user OR {_SHARES_OF_JOBS}",
}
"""The tables with rows about members, and which rows are about one."""

_JSON = {"request", "notes", "completed", "more", "fits", "choices", "draft"}
_PATHS = {"output_path", "path", "image_path", "continues", "upscales", "smooths"}
"""Where files lie is the operator's business; their names are the member's."""

_UNKNOWN = "lower(hex(randomblob(8)))"
"""An id that nothing refers to: whose job it was cannot be found out from messages."""

_ANONYMOUS_CLIP = (
    "json_remove(json_set({clip}, '$.id', '', '$.path', ''), '$.upload', '$.filmstrip')"
)
_ANONYMOUS_JOB = {
    "id": _UNKNOWN,
    "user_id": "0",
    "channel_id": "0",
    **dict.fromkeys(
        (
            *("parent_id", "parent_url", "made_by", "own_prompt", "own_negative_prompt", "style"),
            *("status_message_id", "result_message_id", "failure", "thread_name"),
        ),
        "NULL",
    ),
    "notes": "'[]'",
    "language": "'en'",
    "request": (
        "json_remove(json_set(request, '$.id', '', '$.prompt', '', '$.negative_prompt', '', "
        "'$.seed', 0, '$.output_path', ''), '$.image_path', '$.continues', '$.upscales', "
        "'$.smooths', '$.variation_seed')"
    ),
    "completed": _ANONYMOUS_CLIP.format(clip="completed"),
    "more": (
        f"(SELECT json_group_array(json({_ANONYMOUS_CLIP.format(clip='value')})) "  # noqa: S608 - our own words
        "FROM json_each(more))"
    ),
}
"""What is left of a job: where it was made, when, by which model, and how long it took."""

_ENDED = "told = 1 AND state IN ('posted', 'failed', 'cancelled')"


def forgetting(user_id: int, used_since: float) -> list[Statement]:
    """Return what forgets a member, in this order; jobs that have not ended stay.

    Counts and times stay without names. What was used of the device since a Unix time stays under
    the member's: an allowance must not begin anew with each deletion. So do moderators' decisions.
    """
    changes = ", ".join(f"{name} = {value}" for name, value in _ANONYMOUS_JOB.items())
    of_jobs = _SHARES_OF_JOBS.replace(":user", "?")
    return [
        (f"DELETE FROM shares WHERE {of_jobs}", [user_id]),  # noqa: S608 - our own words, as below
        ("UPDATE shares SET by_user_id = 0 WHERE by_user_id = ?", [user_id]),
        ("DELETE FROM drafts WHERE user_id = ?", [user_id]),
        ("DELETE FROM members WHERE user_id = ?", [user_id]),
        (
            f"UPDATE usage SET job_id = {_UNKNOWN}, "  # noqa: S608 - our own words
            "user_id = CASE WHEN at > ? THEN user_id ELSE 0 END WHERE user_id = ?",
            [used_since, user_id],
        ),
        (f"UPDATE jobs SET {changes} WHERE user_id = ? AND {_ENDED}", [user_id]),  # noqa: S608 - the same
    ]


def readable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as its member reads it: JSON as what it says, files by their names."""
    return {
        name: _without_folders(msgspec.json.decode(value))
        if name in _JSON and isinstance(value, str)
        else value
        for name, value in row.items()
    }


def _without_folders(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_folders(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    return {
        key: Path(item).name if key in _PATHS and isinstance(item, str) else _without_folders(item)
        for key, item in cast("dict[str, Any]", value).items()
    }


def wipe(path: Path, user_id: int, *, busy_timeout: float = 5.0) -> None:
    """Leave nothing of what was forgotten in the database's files; blocks.

    The log that SQLite writes ahead is folded in, and backups made before updates lose the
    member's rows, too. Raises `sqlite3.Error`.
    """
    with closing(sqlite3.connect(path, busy_timeout)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for backup in backups_of(path):
        with closing(sqlite3.connect(backup, busy_timeout)) as db:
            db.execute("PRAGMA secure_delete = ON")
            for table in _tables_with_members(db):
                db.execute(f"DELETE FROM {table} WHERE user_id = ?", [user_id])  # noqa: S608 - ours
            db.commit()
            db.execute("VACUUM")


def _tables_with_members(db: sqlite3.Connection) -> Iterator[str]:
    """Yield those of a file of whatever version; moderators' decisions are not the member's."""
    rows = db.execute(
        "SELECT tables.name FROM sqlite_schema AS tables "
        "JOIN pragma_table_info(tables.name) AS columns "
        "WHERE tables.type = 'table' AND columns.name = 'user_id'"
    ).fetchall()
    return (name for (name,) in rows if name != "sanctions")
