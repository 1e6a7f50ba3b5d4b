"""The SQLite store: jobs, server rules and a few facts about ourselves. The row is the truth."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec

from bot.errors import StartupError
from bot.jobs.job import Job, JobState
from bot.jobs.rules import GuildRules

_JSON_COLUMNS = {"request", "notes", "completed"}
_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Job))
_UNFINISHED = (JobState.QUEUED, JobState.RUNNING, JobState.ENCODED, JobState.POSTING)
_UPSERT = (
    f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - our own names
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)


class Store:
    """Typed access to the database. Every call is committed when it returns."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._db = connection

    async def save_job(self, job: Job) -> None:
        await self._db.execute(_UPSERT, _to_row(job))
        await self._db.commit()

    async def job(self, job_id: str) -> Job | None:
        jobs = await self._jobs("id = ?", [job_id])
        return jobs[0] if jobs else None

    async def unfinished_jobs(self) -> list[Job]:
        """Return what a stop left behind, oldest first."""
        marks = ", ".join("?" * len(_UNFINISHED))
        return await self._jobs(f"state IN ({marks}) ORDER BY created_at, rowid", _UNFINISHED)

    async def recent_completed(self, limit: int) -> list[Job]:
        """Return the jobs whose clips were made, newest first."""
        return await self._jobs("completed IS NOT NULL ORDER BY rowid DESC LIMIT ?", [limit])

    async def rules(self, guild_id: int | None) -> GuildRules:
        """Return a server's rules; direct messages and new servers have the defaults."""
        query = "SELECT rules FROM guild_rules WHERE guild_id = ?"
        async with self._db.execute(query, [guild_id]) as cursor:
            row = await cursor.fetchone()
        return msgspec.json.decode(row[0], type=GuildRules) if row else GuildRules()

    async def save_rules(self, guild_id: int, rules: GuildRules) -> None:
        await self._db.execute(
            "INSERT INTO guild_rules VALUES (?, ?) "
            "ON CONFLICT (guild_id) DO UPDATE SET rules = excluded.rules",
            [guild_id, msgspec.json.encode(rules).decode()],
        )
        await self._db.commit()

    async def fact(self, name: str) -> str | None:
        async with self._db.execute("SELECT value FROM facts WHERE name = ?", [name]) as cursor:
            row = await cursor.fetchone()
        return row[0] if row else None

    async def save_fact(self, name: str, value: str) -> None:
        await self._db.execute(
            "INSERT INTO facts VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )
        await self._db.commit()

    async def _jobs(self, condition: str, values: Iterable[object]) -> list[Job]:
        query = f"SELECT {', '.join(_COLUMNS)} FROM jobs WHERE {condition}"  # noqa: S608 - our own words
        async with self._db.execute(query, list(values)) as cursor:
            return [_from_row(tuple(row)) for row in await cursor.fetchall()]


@asynccontextmanager
async def open_store(path: Path) -> AsyncGenerator[Store]:
    """Open the database, brought up to date. Raises `StartupError` when that cannot be done."""
    async with AsyncExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = await stack.enter_async_context(aiosqlite.connect(path))
            await connection.execute("PRAGMA journal_mode = WAL")
            await _migrate(connection)
        except (OSError, aiosqlite.DatabaseError) as error:
            raise StartupError(
                f"The database {path} cannot be used ({error}): "
                "check the disk's free space and the permissions of DATA_DIR"
            ) from error
        yield Store(connection)


async def _migrate(connection: aiosqlite.Connection) -> None:
    """Apply each migration newer than the file, each in a transaction of its own."""
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    version = row[0] if row else 0
    folder = resources.files("bot.jobs") / "migrations"
    scripts = sorted((entry for entry in folder.iterdir()), key=lambda entry: entry.name)
    if version > len(scripts):
        raise StartupError(
            f"The database was made by a newer version of the bot (schema {version}, "
            f"this one knows {len(scripts)}): update the bot, or use another DATA_DIR"
        )
    for number, script in enumerate(scripts[version:], start=version + 1):
        await connection.executescript(
            f"BEGIN; {script.read_text()} PRAGMA user_version = {number}; COMMIT;"
        )


def _to_row(job: Job) -> list[Any]:
    return [
        msgspec.json.encode(value).decode()
        if name in _JSON_COLUMNS and value is not None
        else value
        for name in _COLUMNS
        for value in [getattr(job, name)]
    ]


def _from_row(row: tuple[Any, ...]) -> Job:
    values = {
        name: msgspec.json.decode(value) if name in _JSON_COLUMNS and value is not None else value
        for name, value in zip(_COLUMNS, row, strict=True)
    }
    # strict=False turns SQLite's 0 and 1 into booleans
    return msgspec.convert(values, Job, strict=False)
