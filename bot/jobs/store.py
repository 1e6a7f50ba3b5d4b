"""The SQLite store: jobs, server rules and a few facts about ourselves. The row is the truth."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiosqlite
import msgspec

from bot.errors import StartupError, StoreError
from bot.jobs import privacy
from bot.jobs.allowance import WINDOW, Use, device_seconds
from bot.jobs.choices import MemberChoices
from bot.jobs.database import prepare_database
from bot.jobs.draft import Draft
from bot.jobs.job import Job, JobState
from bot.jobs.rules import GuildRules
from bot.jobs.sanctions import Sanction
from bot.jobs.several import clip_of, split_name
from bot.jobs.writer import GroupWriter

_log = logging.getLogger(__name__)

_JSON_COLUMNS = {"request", "notes", "completed", "more", "fits"}
_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Job))
_SANCTION = tuple(field.name for field in msgspec.structs.fields(Sanction))
_UNFINISHED = "state IN ('queued', 'running', 'encoded', 'posting')"
_FOUND = (
    "user_id = ? AND instr(casefold(COALESCE(own_prompt, json_extract(request, '$.prompt'))), ?)"
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM jobs WHERE "  # noqa: S608 - our own names
_A_DAY = 24 * 3600.0
MOST_READ = 5_000
"""Jobs that are read at once, which takes a part of a second."""
_UPSERT = (
    f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - our own names
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)

_CHARGE = (
    "INSERT INTO usage (job_id, user_id, guild_id, seconds, at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (job_id) DO NOTHING"
)


class Share(NamedTuple):
    """A clip in its server's showcase channel."""

    channel_id: int
    message_id: int
    by_user_id: int
    at: float
    """Unix time in seconds."""


class Store:
    """Typed access to the database. What was saved is on the disk when the call returns.

    Every call raises `StoreError` when the database cannot be used at the moment.
    """

    def __init__(self, connection: aiosqlite.Connection, writer: GroupWriter) -> None:
        self._db = connection
        self._writer = writer
        self.changing_rules = asyncio.Lock()
        """For whoever reads rules to save them changed, so that no change is lost."""

    async def save_job(self, job: Job) -> None:
        """Store a job; one that is posted is charged in the same commit, and never twice."""
        row = (_UPSERT, _to_row(job))
        if job.state is JobState.POSTED and (seconds := device_seconds(job)):
            at = job.finished_at or job.created_at
            charge = (_CHARGE, [job.id, job.user_id, job.guild_id, seconds, at])
            await self._writer.write_all(row, charge)
        else:
            await self._writer.write_all(row)

    async def save_new_jobs(self, jobs: Sequence[Job]) -> None:
        """Store all of some jobs, or none."""
        await self._writer.write_all(*((_UPSERT, _to_row(job)) for job in jobs))

    async def job(self, name: str) -> Job | None:
        """Return a job by its id; with `-2` behind it, its second clip by `clip_of`."""
        job_id, number = split_name(name)
        jobs = await self._jobs("id = ?", [job_id])
        if not jobs or number is None:
            return jobs[0] if jobs else None
        return clip_of(jobs[0], number)

    async def unfinished_jobs(self) -> list[Job]:
        """Return what a stop left behind, oldest first; also ends that nobody was told of."""
        return await self._jobs(f"(told = 0 OR {_UNFINISHED}) ORDER BY created_at, rowid", [])

    async def recent_completed(self, limit: int) -> list[Job]:
        """Return the jobs whose clips were made, newest first."""
        return await self._jobs("completed IS NOT NULL ORDER BY rowid DESC LIMIT ?", [limit])

    async def jobs_of_user(
        self, user_id: int, limit: int, before: float | None = None
    ) -> list[Job]:
        """Return a member's jobs, newest first; those accepted before a Unix time, if given."""
        return await self._jobs(
            "user_id = ? AND created_at < ? ORDER BY created_at DESC, rowid DESC LIMIT ?",
            [user_id, float("inf") if before is None else before, limit],
        )

    async def unfinished_of_guild(self, guild_id: int) -> list[Job]:
        """Return what waits or is being made for a server, oldest first."""
        return await self._jobs(
            f"guild_id = ? AND {_UNFINISHED} ORDER BY created_at, rowid", [guild_id]
        )

    async def jobs_of_guild(self, guild_id: int, since: float) -> list[Job]:
        """Return what was asked for on a server after a Unix time, the latest `MOST_READ` jobs."""
        return await self._jobs(
            "guild_id = ? AND created_at > ? ORDER BY created_at DESC LIMIT ?",
            [guild_id, since, MOST_READ],
        )

    async def children(self, name: str) -> list[Job]:
        """Return what was made from a job or one of its clips, oldest first."""
        job_id, number = split_name(name)
        names = [name] if number is not None else [name, *(f"{job_id}-{n}" for n in range(1, 10))]
        return await self._jobs(
            "parent_id IN (SELECT value FROM json_each(?)) ORDER BY created_at, rowid",
            [msgspec.json.encode(names).decode()],
        )

    async def share(self, name: str) -> Share | None:
        """Return where a clip was shared last."""
        rows = await self._fetch(
            "SELECT channel_id, message_id, by_user_id, at FROM shares WHERE job_id = ?", [name]
        )
        return Share(*rows[0]) if rows else None

    async def save_share(self, name: str, share: Share) -> None:
        await self._writer.write(
            "INSERT INTO shares VALUES (?, ?, ?, ?, ?) ON CONFLICT (job_id) DO UPDATE SET "
            "channel_id = excluded.channel_id, message_id = excluded.message_id, "
            "by_user_id = excluded.by_user_id, at = excluded.at",
            [name, *share],
        )

    async def jobs_page(self, user_id: int, search: str, limit: int, offset: int) -> list[Job]:
        """Return some of a member's jobs, newest first, with some words in their own prompts."""
        return await self._jobs(
            f"{_FOUND} ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?",
            [user_id, search.casefold(), limit, offset],
        )

    async def count_jobs(self, user_id: int, search: str) -> int:
        """Count a member's jobs with some words in their own prompts."""
        query = f"SELECT count(*) FROM jobs WHERE {_FOUND}"  # noqa: S608 - our own words
        ((count,),) = await self._fetch(query, [user_id, search.casefold()])
        return count

    async def kept_clips(self, job_ids: Collection[str], since: float) -> set[str]:
        """Return which of some jobs have not ended, or ended after a Unix time."""
        rows = await self._fetch(
            "SELECT id FROM jobs WHERE id IN (SELECT value FROM json_each(?)) "  # noqa: S608 - our own words
            f"AND ({_UNFINISHED} OR COALESCE(finished_at, created_at) > ?)",
            [msgspec.json.encode(list(job_ids)).decode(), since],
        )
        return {job_id for (job_id,) in rows}

    async def expired_by_rules(self, job_ids: Collection[str], now: float) -> set[str]:
        """Return which of some jobs ended longer ago than their servers keep clips."""
        rows = await self._fetch(
            "SELECT id FROM jobs JOIN guild_rules USING (guild_id) "  # noqa: S608 - our own words
            f"WHERE id IN (SELECT value FROM json_each(?)) AND NOT {_UNFINISHED} AND "
            "COALESCE(finished_at, created_at) <= ? - ? * json_extract(rules, '$.retention_days')",
            [msgspec.json.encode(list(job_ids)).decode(), now, _A_DAY],
        )
        return {job_id for (job_id,) in rows}

    async def rules(self, guild_id: int | None) -> GuildRules:
        """Return a server's rules; direct messages and new servers have the defaults."""
        rows = await self._fetch("SELECT rules FROM guild_rules WHERE guild_id = ?", [guild_id])
        return msgspec.json.decode(rows[0][0], type=GuildRules) if rows else GuildRules()

    async def save_rules(self, guild_id: int, rules: GuildRules) -> None:
        await self._writer.write(
            "INSERT INTO guild_rules VALUES (?, ?) "
            "ON CONFLICT (guild_id) DO UPDATE SET rules = excluded.rules",
            [guild_id, msgspec.json.encode(rules).decode()],
        )

    async def channel_rules(self, channel_id: int | None) -> GuildRules:
        """Return what a channel has of its own."""
        rows = await self._fetch(
            "SELECT rules FROM channel_rules WHERE channel_id = ?", [channel_id]
        )
        return msgspec.json.decode(rows[0][0], type=GuildRules) if rows else GuildRules()

    async def save_channel_rules(self, channel_id: int, rules: GuildRules) -> None:
        await self._writer.write(
            "INSERT INTO channel_rules VALUES (?, ?) "
            "ON CONFLICT (channel_id) DO UPDATE SET rules = excluded.rules",
            [channel_id, msgspec.json.encode(rules).decode()],
        )

    async def usage(self, user_id: int, guild_id: int | None, now: float) -> list[Use]:
        """Return a member's charges on a server in the last `WINDOW`, oldest first."""
        rows = await self._fetch(
            "SELECT at, seconds FROM usage WHERE user_id = ? AND guild_id IS ? AND at > ? "
            "AND seconds > 0 ORDER BY at",
            [user_id, guild_id, now - WINDOW],
        )
        return [(at, seconds) for at, seconds in rows]

    async def refund(self, job_id: str) -> float:
        """Take a charge back, once and for good; returns its seconds, or 0 if there is none."""
        rows = await self._fetch("SELECT seconds FROM usage WHERE job_id = ?", [job_id])
        await self._writer.write("UPDATE usage SET seconds = 0 WHERE job_id = ?", [job_id])
        return rows[0][0] if rows else 0.0

    async def choices(self, user_id: int) -> MemberChoices:
        """Return what a member chose for themselves."""
        rows = await self._fetch("SELECT choices FROM members WHERE user_id = ?", [user_id])
        return msgspec.json.decode(rows[0][0], type=MemberChoices) if rows else MemberChoices()

    async def save_draft(self, draft: Draft) -> None:
        await self._writer.write(
            "INSERT INTO drafts VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET draft = excluded.draft",
            [draft.id, draft.user_id, msgspec.json.encode(draft).decode(), draft.created_at],
        )

    async def draft(self, draft_id: str) -> Draft | None:
        rows = await self._fetch("SELECT draft FROM drafts WHERE id = ?", [draft_id])
        return msgspec.json.decode(rows[0][0], type=Draft) if rows else None

    async def forget_drafts(self, before: float) -> None:
        """Forget what nobody has gone on writing since a Unix time."""
        await self._writer.write("DELETE FROM drafts WHERE created_at < ?", [before])

    async def save_choices(self, user_id: int, choices: MemberChoices) -> None:
        await self._writer.write(
            "INSERT INTO members VALUES (?, ?) "
            "ON CONFLICT (user_id) DO UPDATE SET choices = excluded.choices",
            [user_id, msgspec.json.encode(choices).decode()],
        )

    async def sanctions(self, guild_id: int) -> list[Sanction]:
        """Return what was decided about members of a server, the latest first."""
        return await self._sanctions("guild_id = ? ORDER BY at DESC", [guild_id])

    async def sanction(self, guild_id: int | None, user_id: int) -> Sanction | None:
        found = await self._sanctions("guild_id = ? AND user_id = ?", [guild_id, user_id])
        return found[0] if found else None

    async def save_sanction(self, sanction: Sanction) -> None:
        """Replace what was decided about a member; an empty sanction is forgotten."""
        key = [sanction.guild_id, sanction.user_id]
        if sanction.is_empty:
            await self._writer.write(
                "DELETE FROM sanctions WHERE guild_id = ? AND user_id = ?", key
            )
        else:
            values = [getattr(sanction, name) for name in _SANCTION]
            await self._writer.write(
                f"REPLACE INTO sanctions ({', '.join(_SANCTION)}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own names
                values,
            )

    async def rows_about(self, user_id: int) -> dict[str, list[dict[str, Any]]]:
        """Return all that is kept about a member, by table, for them to read."""
        found: dict[str, list[dict[str, Any]]] = {}
        try:
            for table, condition in privacy.ABOUT.items():
                query = f"SELECT * FROM {table} WHERE {condition}"  # noqa: S608 - our own words
                async with self._db.execute(query, {"user": user_id}) as cursor:
                    names = [column[0] for column in cursor.description]
                    rows = [dict(zip(names, row, strict=True)) async for row in cursor]
                found[table] = [privacy.readable(row) for row in rows]
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(f"the database could not be read ({error})") from error
        return found

    async def forget(self, user_id: int, used_since: float) -> None:
        """Forget a member, but for jobs that have not ended; see `privacy.forgetting`."""
        await self._writer.write_all(*privacy.forgetting(user_id, used_since))

    async def fact(self, name: str) -> str | None:
        rows = await self._fetch("SELECT value FROM facts WHERE name = ?", [name])
        return rows[0][0] if rows else None

    async def save_fact(self, name: str, value: str) -> None:
        await self._writer.write(
            "INSERT INTO facts VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )

    async def _sanctions(self, condition: str, values: Sequence[object]) -> list[Sanction]:
        rows = await self._fetch(
            f"SELECT {', '.join(_SANCTION)} FROM sanctions WHERE {condition}",  # noqa: S608 - our own names
            values,
        )
        found = (dict(zip(_SANCTION, row, strict=True)) for row in rows)
        return [msgspec.convert(values, Sanction, strict=False) for values in found]

    async def _jobs(self, condition: str, values: Sequence[object]) -> list[Job]:
        rows = await self._fetch(_SELECT + condition, values)
        return [job for row in rows if (job := _from_row(row)) is not None]

    async def _fetch(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in await self._db.execute_fetchall(query, values)]
        except (sqlite3.Error, ValueError) as error:  # the latter of a connection that is closed
            raise StoreError(f"the database could not be read ({error})") from error


@asynccontextmanager
async def open_store(path: Path, *, busy_timeout: float = 5.0) -> AsyncGenerator[Store]:
    """Open the database, brought up to date. Raises `StartupError` when that cannot be done.

    `busy_timeout`, in seconds, is how long another program's lock is waited for, now and later.
    """
    await asyncio.to_thread(prepare_database, path, busy_timeout=busy_timeout)
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(
                aiosqlite.connect(path, timeout=busy_timeout)
            )
            # the default of WAL would lose the last commits with the power, and post a clip twice
            await connection.execute("PRAGMA synchronous = FULL")
            # what was forgotten must not be in the file
            await connection.execute("PRAGMA secure_delete = ON")
            # SQLite's own knows only the letters of English
            await connection.create_function("casefold", 1, str.casefold, deterministic=True)  # pyright: ignore[reportUnknownMemberType]
        except sqlite3.Error as error:
            raise StartupError(f"The database {path} cannot be opened ({error})") from error
        writer = GroupWriter(connection)
        stack.push_async_callback(writer.close)
        yield Store(connection, writer)


def _to_row(job: Job) -> list[Any]:
    return [
        msgspec.json.encode(value).decode()
        if name in _JSON_COLUMNS and value is not None
        else value
        for name in _COLUMNS
        for value in [getattr(job, name)]
    ]


def _from_row(row: tuple[Any, ...]) -> Job | None:
    """Return the job; `None`, and a line in the log, for what this version cannot read."""
    values = dict(zip(_COLUMNS, row, strict=True))
    try:
        for name in _JSON_COLUMNS:
            if values[name] is not None:
                values[name] = msgspec.json.decode(values[name])
        # strict=False turns SQLite's 0 and 1 into booleans
        return msgspec.convert(values, Job, strict=False)
    except msgspec.MsgspecError as error:
        _log.error("job %s cannot be read, and is left as it is: %s", values["id"], error)
        return None
