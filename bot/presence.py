"""What stands below the bot's name in the list of members."""

import asyncio
import logging
import time

import discord

from bot.jobs.dispatcher import Dispatcher
from bot.texts import status

_log = logging.getLogger(__name__)
_INTERVAL = 5.0
"""Seconds between two looks: Discord takes five changes in twenty seconds."""


async def show_presence(
    client: discord.Client, dispatcher: Dispatcher, interval: float = _INTERVAL
) -> None:
    """Show how many wait, and whether anything is made at all, until cancelled."""
    shown: tuple[object, str] | None = None
    while True:
        await client.wait_until_ready()
        idle_at = dispatcher.idle_at()
        seconds = None if idle_at is None else idle_at - time.time()
        text = status.presence(dispatcher.waiting, seconds, paused=bool(dispatcher.note))
        session = client.ws.session_id  # a new one knows nothing of what was shown
        if (session, text) != shown:
            activity = discord.CustomActivity(text) if text else None
            try:
                await client.change_presence(activity=activity)
            except Exception as error:  # between two connections
                _log.debug("the presence cannot be shown now: %s", error)
            else:
                shown = session, text
        await asyncio.sleep(interval)
