"""The one who edits a message."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import discord
from discord.utils import MISSING

from bot.delivery.faults import (
    DISCORD_ERRORS,
    PASSING,
    Fault,
    TokenError,
    describe,
    fault_of,
    is_ban,
)
from bot.delivery.traffic import Traffic

_log = logging.getLogger(__name__)
_PATIENCE = 60.0
"""Seconds for one edit: long, because an edit that was given up could still land after the last."""
_FINAL = frozenset(
    {Fault.GONE, Fault.NO_PLACE, Fault.NO_PERMISSION, Fault.ARCHIVED, Fault.OLD_MESSAGE}
    | {Fault.NO_TOKEN}
)
"""After these no progress is shown any more; the last words are tried once more."""


class Target(Protocol):
    """A message as its writer sees it."""

    async def edit(
        self,
        *,
        content: str,
        view: discord.ui.View | None,
        attachments: Sequence[discord.File],
        allowed_mentions: discord.AllowedMentions,
    ) -> object: ...


@dataclass(frozen=True)
class _Edit:
    content: str
    view: discord.ui.View | None
    picture: Path | None = None
    """To show from now on; None leaves what is shown."""
    alt_text: str = ""
    spoiler: bool = False


class MessageWriter:
    """The only one who edits a message: one edit at a time, the latest wins, none after the last.

    discord.py does not order concurrent edits, so a late progress edit could land on the result.
    """

    def __init__(self, target: Target, traffic: Traffic, channel_id: int) -> None:
        self._target = target
        self._traffic = traffic
        self._channel = traffic.channel(channel_id)
        self._pending: _Edit | None = None
        self._shown: _Edit | None = None
        self._closed = False
        self._editing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def show(
        self,
        content: str,
        view: discord.ui.View | None,
        picture: Path | None = None,
        alt_text: str = "",
        *,
        spoiler: bool = False,
    ) -> None:
        """Show this as soon as the channel's pace allows, unless something newer comes first.

        A picture, covered if it is a spoiler, stays until the next one or the end; where its file
        is gone by then, the edit goes without.
        """
        edit = _Edit(content, view, picture, alt_text, spoiler)
        if self._closed or (self._is_shown(edit) and picture is None and self._pending is None):
            return
        if picture is None and (before := self._pending) is not None:
            edit = _Edit(content, view, before.picture, before.alt_text, before.spoiler)
        self._pending = edit
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    def show_view(self, view: discord.ui.View) -> None:
        """Show other buttons below what is shown, or about to be."""
        newest = self._pending or self._shown
        if newest is not None:
            self.show(newest.content, view)

    async def flush(self) -> None:
        """Make what is to be shown appear now, whatever the pace."""
        async with self._editing:
            await self._make_pending_edit()

    async def finish(self, content: str, view: discord.ui.View | None) -> Fault | None:
        """Make the last edit, which takes pictures away; return what kept it from being made."""
        self._closed = True
        async with self._editing:
            if self._task is not None:
                self._task.cancel()
            self._pending = None
            if self._traffic.banned:
                return Fault.THROTTLED
            self._channel.spend()
            return await self._edit(_Edit(content, view), [])

    def close(self) -> None:
        """Leave what is still to be shown: the connection is about to be closed."""
        self._closed, self._pending = True, None
        if self._task is not None:
            self._task.cancel()

    def reopen(self) -> None:
        """Take edits again, which were over because the message could not be reached."""
        self._closed = False

    async def _write(self) -> None:
        while self._pending is not None:
            await self._traffic.calm()
            await self._channel.turn()
            async with self._editing:
                await self._make_pending_edit()

    async def _make_pending_edit(self) -> None:
        edit, self._pending = self._pending, None
        if edit is None:
            return
        file = _file(edit)
        if self._is_shown(edit) and file is None:
            return
        fault = await self._edit(edit, MISSING if file is None else [file])
        if fault in PASSING and self._pending is None:
            self._pending = edit
        elif fault in _FINAL:
            self._closed, self._pending = True, None

    async def _edit(self, edit: _Edit, attachments: list[discord.File]) -> Fault | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._target.edit(
                    content=edit.content,
                    view=edit.view,
                    attachments=attachments,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        except (*DISCORD_ERRORS, TokenError) as error:
            if is_ban(error):
                self._traffic.note_ban()
            _log.info("a status message was not edited: %s", describe(error))
            return fault_of(error)
        self._shown = edit
        return None

    def _is_shown(self, edit: _Edit) -> bool:
        shown = self._shown
        return shown is not None and (
            (shown.content, _buttons(shown.view)) == (edit.content, _buttons(edit.view))
        )


def _buttons(view: discord.ui.View | None) -> object:
    return None if view is None else view.to_components()


def _file(edit: _Edit) -> discord.File | None:
    if edit.picture is None:
        return None
    try:
        return discord.File(edit.picture, description=edit.alt_text, spoiler=edit.spoiler)
    except OSError:  # the clip is done, and its previews are gone
        return None
