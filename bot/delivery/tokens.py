"""Messages that only interactions reach, where the bot was installed by a member alone."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import discord

from bot.delivery.faults import TokenError

_MARGIN = timedelta(minutes=1)
"""What is left of a token's quarter of an hour when the last words are said through it."""


class LiveMessage:
    """A status message that is edited through the newest interaction with it.

    Tokens are in memory only: after a restart the next press of a button brings a new one.
    """

    def __init__(self) -> None:
        self._interaction: discord.Interaction[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def renew(self, interaction: discord.Interaction[Any], ending: Callable[[], object]) -> None:
        """Use this interaction from now on, and call `ending` a minute before it is over."""
        self.close()
        self._interaction = interaction
        left = interaction.expires_at - _MARGIN - discord.utils.utcnow()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, left.total_seconds()), ending)

    def close(self) -> None:
        """Forget the interaction."""
        self._interaction = None
        if self._timer is not None:
            self._timer.cancel()

    @property
    def interaction(self) -> discord.Interaction[Any]:
        """Raises `TokenError` when there is none that can still be used."""
        if self._interaction is None or self._interaction.is_expired():
            raise TokenError
        return self._interaction

    async def edit(
        self,
        *,
        content: str,
        view: discord.ui.View | None,
        attachments: Sequence[discord.File],
        allowed_mentions: discord.AllowedMentions,
    ) -> object:
        return await self.interaction.edit_original_response(
            content=content, view=view, attachments=attachments, allowed_mentions=allowed_mentions
        )
