"""Writing to the database in groups: one commit, and one wait for the disk, for all that came."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import aiosqlite

from bot.errors import StoreError

Statement = tuple[str, Sequence[object]]
"""SQL, and the values of its placeholders."""


@dataclass(frozen=True)
class _Write:
    statements: Sequence[Statement]
    done: asyncio.Future[None]


class GroupWriter:
    """Commits statements in the order they came; those that come during a commit share the next."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._db = connection
        self._waiting: list[_Write] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, sql: str, values: Sequence[object]) -> None:
        """Return once the statement is on the disk. Raises `StoreError` if it never will be.

        A caller that is cancelled does not know which of the two it is.
        """
        await self.write_all((sql, values))

    async def write_all(self, *statements: Statement) -> None:
        """Write several as `write` does one: all, or none of them."""
        write = _Write(statements, asyncio.get_running_loop().create_future())
        self._waiting.append(write)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit_all())
        await write.done

    async def close(self) -> None:
        """Commit what waits."""
        if self._task is not None:
            await self._task

    async def _commit_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            error = await self._commit(group)
            if error is None or len(group) == 1 or _is_of_the_database(error):
                _settle(group, error)
            else:  # one statement must not take the others down
                for write in group:
                    _settle([write], await self._commit([write]))

    async def _commit(self, group: Sequence[_Write]) -> Exception | None:
        """Write all or nothing; return why it was nothing."""
        try:
            statements = [statement for write in group for statement in write.statements]
            for sql, alike in groupby(statements, key=lambda statement: statement[0]):
                await self._db.executemany(sql, [values for _, values in alike])
            await self._db.commit()
        except Exception as error:  # the driver's errors and, for odd values, Python's own
            with contextlib.suppress(Exception):  # some errors have rolled back by themselves
                await self._db.rollback()
            return error
        return None


def _is_of_the_database(error: Exception) -> bool:
    """Tell a full disk, a lock or a damaged file from a value that cannot be stored."""
    return type(error) in {sqlite3.OperationalError, sqlite3.DatabaseError}


def _settle(group: Sequence[_Write], error: Exception | None) -> None:
    for write in group:
        if write.done.done():  # its caller was cancelled
            continue
        if error is None:
            write.done.set_result(None)
        else:
            failure = StoreError(f"the database could not be written ({error})")
            failure.__cause__ = error
            write.done.set_exception(failure)
