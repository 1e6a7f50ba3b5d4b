"""The real discord.py client for tests: no reconnect pauses, commands synced at the start."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands

from bot.emulator.server import Emulator


class Bot(discord.Client):
    """A client with a command tree and a queue of what it was told."""

    def __init__(self, *, intents: discord.Intents | None = None) -> None:
        super().__init__(intents=intents or discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.resumed: asyncio.Event = asyncio.Event()
        self.connects = 0

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants five seconds between identifies; a test does not."""

    async def on_connect(self) -> None:
        self.connects += 1

    async def on_resumed(self) -> None:
        self.resumed.set()


@asynccontextmanager
async def online(bot: Bot, emulator: Emulator) -> AsyncGenerator[None]:
    """Run a bot until the context ends; ready when it starts."""
    async with bot:
        running = asyncio.create_task(bot.start(emulator.token))
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            running.result()
        try:
            yield
        finally:
            await bot.close()
            await running


Interaction = discord.Interaction[Any]
