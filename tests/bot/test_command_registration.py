"""Discord has the bot's commands, and gets them again only when it must."""

from collections.abc import AsyncGenerator
from pathlib import Path

import discord
import pytest
from discord.http import Route

from bot.command_registration import register_commands
from bot.emulator.demo import demo_world
from bot.emulator.rest.exchange import API, Exchange
from bot.emulator.server import Emulator, run_emulator
from bot.jobs.store import open_store
from tests.emulator.bots import Bot

Written = list[Exchange]


@pytest.fixture
def written() -> Written:
    return []


@pytest.fixture
async def emulator(written: Written, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Emulator]:
    def record(exchange: Exchange) -> None:
        if exchange.method == "PUT":
            written.append(exchange)

    async with run_emulator(world=demo_world(), recorder=record) as emulator:
        monkeypatch.setattr(Route, "BASE", emulator.url + API)
        yield emulator


async def test_commands_are_registered_when_they_changed_or_somebody_took_them_away(
    emulator: Emulator, written: Written, tmp_path: Path
) -> None:
    registered = emulator.world.application.commands
    async with open_store(tmp_path / "db") as store, Bot() as bot:

        @bot.tree.command(description="Make a clip")
        async def video(interaction: discord.Interaction) -> None: ...

        await bot.login(emulator.token)  # registers by itself
        registered.clear()
        written.clear()
        ids = await register_commands(bot.tree, store, always=False)
        assert ids == {"video": next(iter(registered))}
        assert await register_commands(bot.tree, store, always=False) == ids
        assert len(written) == 1
        registered.clear()
        again = await register_commands(bot.tree, store, always=False)
        assert again == {"video": next(iter(registered))}
        assert len(written) == 2
        video.description = "Make a short clip"
        await register_commands(bot.tree, store, always=False)
        assert len(written) == 3
        await register_commands(bot.tree, store, always=True)
        assert len(written) == 4
