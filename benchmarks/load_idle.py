"""A client of the plain library that is online and does nothing, to compare the bot with."""

import asyncio
import os

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


async def _idle(url: yarl.URL, token: str) -> None:
    Route.BASE = f"{url.origin()}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = url.with_scheme("ws").with_path("/gateway/")
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        await client.start(token)


if __name__ == "__main__":
    asyncio.run(_idle(yarl.URL(os.environ["DISCORD_URL"]), os.environ["DISCORD_TOKEN"]))
