"""What all tables share: one connection to read by, and one writer."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite

from bot.errors import StoreError
from bot.jobs.writer import GroupWriter


class Access:
    """A connection to the database; what was saved is on the disk when the call returns.

    Every call raises `StoreError` when the database cannot be used at the moment.
    """

    def __init__(self, connection: aiosqlite.Connection, writer: GroupWriter) -> None:
        self._db = connection
        self._writer = writer

    async def _fetch(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in await self._db.execute_fetchall(query, values)]
        except (sqlite3.Error, ValueError) as error:  # the latter of a connection that is closed
            raise StoreError(f"the database could not be read ({error})") from error
