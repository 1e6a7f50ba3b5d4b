"""Servers: their rules, what moderators decided, what was used of the device, what was shared."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import aiosqlite
import msgspec

from bot.jobs.allowance import WINDOW, Use
from bot.jobs.rules import GuildRules
from bot.jobs.sanctions import Sanction
from bot.jobs.tables.access import Access
from bot.jobs.writer import GroupWriter

_SANCTION = tuple(field.name for field in msgspec.structs.fields(Sanction))


class Share(NamedTuple):
    """A clip in its server's showcase channel."""

    channel_id: int
    message_id: int
    by_user_id: int
    at: float
    """Unix time in seconds."""


class Servers(Access):
    """What admins and moderators set, and the accounts they are about."""

    def __init__(self, connection: aiosqlite.Connection, writer: GroupWriter) -> None:
        super().__init__(connection, writer)
        self.changing_rules = asyncio.Lock()
        """For whoever reads rules to save them changed, so that no change is lost."""

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

    async def usage(self, user_id: int, guild_id: int | None, now: float) -> list[Use]:
        """Return a member's charges on a server in the last `WINDOW`, oldest first."""
        rows = await self._fetch(
            "SELECT at, seconds FROM usage WHERE user_id = ? AND guild_id IS ? AND at > ? "
            "AND seconds > 0 ORDER BY at",
            [user_id, guild_id, now - WINDOW],
        )
        return [(at, seconds) for at, seconds in rows]

    async def forget_usage(self, now: float) -> None:
        """Forget charges that no allowance counts any more."""
        await self._writer.write("DELETE FROM usage WHERE at <= ?", [now - WINDOW])

    async def refund(self, job_id: str) -> float:
        """Take a charge back, once and for good; returns its seconds, or 0 if there is none."""
        rows = await self._fetch("SELECT seconds FROM usage WHERE job_id = ?", [job_id])
        await self._writer.write("UPDATE usage SET seconds = 0 WHERE job_id = ?", [job_id])
        return rows[0][0] if rows else 0.0

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

    async def _sanctions(self, condition: str, values: Sequence[object]) -> list[Sanction]:
        rows = await self._fetch(
            f"SELECT {', '.join(_SANCTION)} FROM sanctions WHERE {condition}",  # noqa: S608 - our own names
            values,
        )
        found = (dict(zip(_SANCTION, row, strict=True)) for row in rows)
        return [msgspec.convert(values, Sanction, strict=False) for values in found]
