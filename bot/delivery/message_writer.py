"""The one who edits a message."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import discord
from discord.utils import MISSING

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Edit:
    content: str
    view: discord.ui.View | None
    picture: Path | None = None
    """To show from now on; None leaves what is shown."""
    alt_text: str = ""


class MessageWriter:
    """The only one who edits a message: one edit at a time, the latest wins, none after the last.

    discord.py does not order concurrent edits, so a late progress edit could land on the result.
    """

    def __init__(self, message: discord.PartialMessage, interval: float) -> None:
        self._message = message
        self._interval = interval
        self._pending: _Edit | None = None
        self._shown: str | None = None
        self._closed = False
        self._editing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def show(
        self,
        content: str,
        view: discord.ui.View | None,
        picture: Path | None = None,
        alt_text: str = "",
    ) -> None:
        """Show this as soon as the pace allows, unless something newer comes first.

        A picture stays until the next one or the end; where its file is gone by then, the edit
        goes without.
        """
        if self._closed or (content == self._shown and picture is None):
            return
        if picture is None and self._pending is not None:
            picture, alt_text = self._pending.picture, self._pending.alt_text
        self._pending = _Edit(content, view, picture, alt_text)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def flush(self) -> None:
        """Make what is to be shown appear now, whatever the pace."""
        async with self._editing:
            await self._make_pending_edit()

    async def finish(self, content: str, view: discord.ui.View | None) -> bool:
        """Make the last edit, which takes pictures away; False if Discord cannot be reached."""
        self._closed = True
        async with self._editing:
            if self._task is not None:
                self._task.cancel()
            return await self._edit(_Edit(content, view), [])

    async def _write(self) -> None:
        while self._pending is not None:
            async with self._editing:
                await self._make_pending_edit()
            await asyncio.sleep(self._interval)

    async def _make_pending_edit(self) -> None:
        edit, self._pending = self._pending, None
        if edit is None:
            return
        file = _file(edit)
        if edit.content != self._shown or file is not None:
            await self._edit(edit, MISSING if file is None else [file])

    async def _edit(self, edit: _Edit, attachments: list[discord.File]) -> bool:
        try:
            await self._message.edit(
                content=edit.content,
                view=edit.view,
                attachments=attachments,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as error:
            # a moderator may have deleted the message; the job goes on and its result is posted
            _log.info("message %s cannot be edited: %s", self._message.id, error)
            return not isinstance(error, discord.DiscordServerError)
        except (OSError, aiohttp.ClientError) as error:
            _log.info("message %s cannot be edited now: %s", self._message.id, error)
            return False
        self._shown = edit.content
        return True


def _file(edit: _Edit) -> discord.File | None:
    if edit.picture is None:
        return None
    try:
        return discord.File(edit.picture, description=edit.alt_text)
    except OSError:  # the clip is done, and its previews are gone
        return None
