"""The bot's connection to the gateway, kept up whatever comes over it."""

import asyncio
import logging
import time

import aiohttp
import discord
from discord.http import Route

from bot.errors import StartupError

_log = logging.getLogger(__name__)
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 300.0
"""A session costs an IDENTIFY, of which 1,000 a day are allowed: the next one resets the token."""
_TOO_MANY_REQUESTS = 429
_LONG_LIFE = 600.0
"""Seconds after which the end of a connection is no longer held against the next one."""

_FATAL = {
    4004: "Discord refused the token: copy it again from the Developer Portal into DISCORD_TOKEN",
    4010: "Discord refused the shard",
    4011: "The bot is in too many servers for one connection: Discord demands sharding",
    4012: "Discord no longer speaks this version of its gateway: update discord.py",
    4013: "Discord does not know an intent the bot asks for: update the bot",
    4014: "Discord does not allow an intent the bot asks for: enable it in the Developer Portal",
}


async def wait_for_discord(first_pause: float = 1.0) -> None:
    """Wait until Discord's API answers at all.

    A bot may be started before its network is; and at an address that Cloudflare bans for a while,
    where starting again and again would only prolong that.
    """
    pause = first_pause
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        while True:
            try:
                async with session.get(f"{Route.BASE}/gateway") as response:
                    if response.status < 500 and response.status != _TOO_MANY_REQUESTS:
                        return
                    problem = f"HTTP {response.status}"
            except (OSError, aiohttp.ClientError, TimeoutError) as error:
                problem = str(error) or type(error).__name__
            _log.error("Discord cannot be reached (%s), next try in %g s", problem, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 60.0)


async def stay_connected(client: discord.Client, first_pause: float = _FIRST_PAUSE) -> None:
    """Keep the client on the gateway. Raises `StartupError` when Discord wants it no more.

    discord.py reconnects by itself after whatever the network does, but an event that it cannot
    parse ends `connect`. A new session begins after that event.
    """
    pause = first_pause
    while True:
        born = time.monotonic()
        try:
            return await _connect(client)
        except discord.PrivilegedIntentsRequired:
            raise StartupError(_FATAL[4014]) from None
        except discord.ConnectionClosed as closed:
            raise StartupError(
                _FATAL.get(closed.code, f"The gateway is closed: {closed}")
            ) from None
        except Exception:
            _log.exception("the connection ended unexpectedly, a new one is made in %g s", pause)
        if client.ws is not None:  # pyright: ignore[reportUnnecessaryComparison] - before the first
            await client.ws.close()  # any code, as the session is not resumed
        if time.monotonic() - born > _LONG_LIFE:
            pause = first_pause
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _connect(client: discord.Client) -> None:
    """Connect, and close the client when cancelled.

    `asyncio.wait_for`, in which discord.py connects, loses a cancellation now and then in Python
    3.11, and the client would live on; closing is never lost.
    """
    connection = asyncio.create_task(client.connect())
    try:
        await asyncio.shield(connection)
    except asyncio.CancelledError:
        connection.cancel()
        await client.close()
        raise
