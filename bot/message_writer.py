"""The one who edits a message."""

import asyncio
import logging

import discord

_log = logging.getLogger(__name__)


class MessageWriter:
    """The only one who edits a message: one edit at a time, the latest wins, none after the last.

    discord.py does not order concurrent edits, so a late progress edit could land on the result.
    """

    def __init__(self, message: discord.PartialMessage, interval: float) -> None:
        self._message = message
        self._interval = interval
        self._pending: tuple[str, discord.ui.View | None] | None = None
        self._shown: str | None = None
        self._closed = False
        self._editing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def show(self, content: str, view: discord.ui.View | None) -> None:
        """Show this as soon as the pace allows, unless something newer comes first."""
        if self._closed or content == self._shown:
            return
        self._pending = content, view
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def finish(self, content: str, view: discord.ui.View | None) -> None:
        """Make the last edit."""
        self._closed = True
        async with self._editing:
            if self._task is not None:
                self._task.cancel()
            await self._edit(content, view)

    async def _write(self) -> None:
        while self._pending is not None:
            async with self._editing:
                (content, view), self._pending = self._pending, None
                if content != self._shown:
                    await self._edit(content, view)
            await asyncio.sleep(self._interval)

    async def _edit(self, content: str, view: discord.ui.View | None) -> None:
        try:
            await self._message.edit(
                content=content, view=view, allowed_mentions=discord.AllowedMentions.none()
            )
        except discord.HTTPException as error:
            # a moderator may have deleted the message; the job goes on and its result is posted
            _log.info("message %s cannot be edited: %s", self._message.id, error)
        else:
            self._shown = content
