"""Buttons that are pressed twice make one job."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import discord

from bot.jobs.job import Job

_WINDOW = timedelta(seconds=3)
"""Between two presses, by Discord's clock: later ones are meant."""

Press = tuple[int, str, str]
"""Who pressed, the job or draft it was of, and the action."""


class _First(NamedTuple):
    at: datetime
    made: asyncio.Future[Job | None]


class DoubleClicks:
    """The first presses of the last seconds, and what each has made."""

    def __init__(self) -> None:
        self._first: dict[Press, _First] = {}

    async def once(
        self,
        interaction: discord.Interaction[discord.Client],
        pressed: str,
        action: str,
        make: Callable[[], Awaitable[Job]],
    ) -> Job | None:
        """Make a job, unless the same press has just made one, which is returned then.

        `pressed` is the id of the job or draft that the button belongs to.

        Raises what `make` raises; what has made nothing keeps nobody from trying again.
        """
        now = interaction.created_at
        self._first = {press: it for press, it in self._first.items() if now - it.at < _WINDOW}
        press = interaction.user.id, pressed, action
        while (first := self._first.get(press)) is not None:
            if (earlier := await first.made) is not None:
                return earlier
            if self._first.get(press) is first:  # else another press tries already
                break
        made: asyncio.Future[Job | None] = asyncio.get_running_loop().create_future()
        self._first[press] = _First(now, made)
        try:
            made.set_result(await make())
        finally:
            if not made.done():
                made.set_result(None)
        return None
