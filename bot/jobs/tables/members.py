"""Members: what they chose and are writing, all that is kept about one, and how it is forgotten."""

import sqlite3
from typing import Any

import msgspec

from bot.errors import StoreError
from bot.jobs import privacy
from bot.jobs.choices import MemberChoices
from bot.jobs.draft import Draft
from bot.jobs.tables.access import Access


class Members(Access):
    """What belongs to one member."""

    async def choices(self, user_id: int) -> MemberChoices:
        """Return what a member chose for themselves."""
        rows = await self._fetch("SELECT choices FROM members WHERE user_id = ?", [user_id])
        return msgspec.json.decode(rows[0][0], type=MemberChoices) if rows else MemberChoices()

    async def save_choices(self, user_id: int, choices: MemberChoices) -> None:
        await self._writer.write(
            "INSERT INTO members VALUES (?, ?) "
            "ON CONFLICT (user_id) DO UPDATE SET choices = excluded.choices",
            [user_id, msgspec.json.encode(choices).decode()],
        )

    async def draft(self, draft_id: str) -> Draft | None:
        rows = await self._fetch("SELECT draft FROM drafts WHERE id = ?", [draft_id])
        return msgspec.json.decode(rows[0][0], type=Draft) if rows else None

    async def save_draft(self, draft: Draft) -> None:
        await self._writer.write(
            "INSERT INTO drafts VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET draft = excluded.draft",
            [draft.id, draft.user_id, msgspec.json.encode(draft).decode(), draft.created_at],
        )

    async def forget_drafts(self, before: float) -> None:
        """Forget what nobody has gone on writing since a Unix time."""
        await self._writer.write("DELETE FROM drafts WHERE created_at < ?", [before])

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
