"""Jobs: one row for each, found by what the rest of the bot asks."""

import logging
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from bot.jobs.allowance import device_seconds
from bot.jobs.job import Job, JobState
from bot.jobs.several import clip_of, split_name
from bot.jobs.tables.access import Access

_log = logging.getLogger(__name__)

_JSON_COLUMNS = {"request", "notes", "completed", "more", "fits"}
_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Job))
_UNFINISHED = "state IN ('queued', 'running', 'encoded', 'posting')"
_FOUND = (
    "user_id = ? AND instr(casefold(COALESCE(own_prompt, json_extract(request, '$.prompt'))), ?)"
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM jobs WHERE "  # noqa: S608 - our own names
_A_DAY = 24 * 3600.0
_MOST_READ = 5_000
"""Jobs that are read at once, which takes a part of a second."""
_UPSERT = (
    f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - our own names
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)

_CHARGE = (
    "INSERT INTO usage (job_id, user_id, guild_id, seconds, at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (job_id) DO NOTHING"
)


class Jobs(Access):
    """Their rows; one that is posted is charged with it."""

    async def save_job(self, job: Job) -> None:
        """Store a job; one that is posted is charged in the same commit, and never twice."""
        row = (_UPSERT, _to_row(job))
        if job.state is JobState.POSTED and (seconds := device_seconds(job)):
            at = job.finished_at or job.created_at
            charge = (_CHARGE, [job.id, job.user_id, job.guild_id, seconds, at])
            await self._writer.write_all(row, charge)
        else:
            await self._writer.write_all(row)

    async def save_turn(self, job: Job) -> None:
        """Store the turn of a job alone: whoever changes what it asks for stores the rest."""
        await self._writer.write("UPDATE jobs SET turn = ? WHERE id = ?", [job.turn, job.id])

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

    async def unfinished_of_guild(self, guild_id: int) -> list[Job]:
        """Return what waits or is being made for a server, oldest first."""
        return await self._jobs(
            f"guild_id = ? AND {_UNFINISHED} ORDER BY created_at, rowid", [guild_id]
        )

    async def recent_completed(self, limit: int) -> list[Job]:
        """Return the jobs whose clips were made, newest first."""
        return await self._jobs("completed IS NOT NULL ORDER BY rowid DESC LIMIT ?", [limit])

    async def children(self, name: str) -> list[Job]:
        """Return what was made from a job or one of its clips, oldest first."""
        job_id, number = split_name(name)
        names = [name] if number is not None else [name, *(f"{job_id}-{n}" for n in range(1, 10))]
        return await self._jobs(
            "parent_id IN (SELECT value FROM json_each(?)) ORDER BY created_at, rowid",
            [msgspec.json.encode(names).decode()],
        )

    async def jobs_of_user(
        self, user_id: int, limit: int, before: float | None = None
    ) -> list[Job]:
        """Return a member's jobs, newest first; those accepted before a Unix time, if given."""
        return await self._jobs(
            "user_id = ? AND created_at < ? ORDER BY created_at DESC, rowid DESC LIMIT ?",
            [user_id, float("inf") if before is None else before, limit],
        )

    async def jobs_of_guild(self, guild_id: int, since: float) -> list[Job]:
        """Return what was asked for on a server after a Unix time, the latest 5000 jobs."""
        return await self._jobs(
            "guild_id = ? AND created_at > ? ORDER BY created_at DESC LIMIT ?",
            [guild_id, since, _MOST_READ],
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

    async def _jobs(self, condition: str, values: Sequence[object]) -> list[Job]:
        rows = await self._fetch(_SELECT + condition, values)
        return [job for row in rows if (job := _from_row(row)) is not None]


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
