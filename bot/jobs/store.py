"""The SQLite store: jobs, members, servers, and facts about ourselves. The row is the truth."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiosqlite

from bot.errors import StartupError
from bot.jobs.database import prepare_database
from bot.jobs.tables.jobs import Jobs
from bot.jobs.tables.members import Members
from bot.jobs.tables.servers import Servers
from bot.jobs.writer import GroupWriter


class Store(Jobs, Members, Servers):
    """Typed access to the database. What was saved is on the disk when the call returns.

    Every call raises `StoreError` when the database cannot be used at the moment.
    """

    async def fact(self, name: str) -> str | None:
        rows = await self._fetch("SELECT value FROM facts WHERE name = ?", [name])
        return rows[0][0] if rows else None

    async def save_fact(self, name: str, value: str) -> None:
        await self._writer.write(
            "INSERT INTO facts VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )


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
