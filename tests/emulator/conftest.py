"""An emulator with its traffic checked, people in it, and discord.py pointed at it."""

from collections.abc import AsyncGenerator

import pytest
import yarl
from discord import gateway, http

from bot.emulator.clock import Clock
from bot.emulator.core import gateway_address
from bot.emulator.demo import demo_world
from bot.emulator.driver import Human
from bot.emulator.rest.exchange import API
from bot.emulator.server import Emulator, run_emulator
from tests.emulator.bots import Bot
from tests.emulator.openapi import checked_traffic


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def emulator(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Emulator]:
    with checked_traffic() as recorder:
        async with run_emulator(world=demo_world(clock), recorder=recorder) as emulator:
            point_discord_at(emulator, monkeypatch)
            yield emulator


@pytest.fixture
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    """The member who manages the guild."""
    async with Human.connect(emulator.url, username="you") as human:
        yield human


@pytest.fixture
async def ada(emulator: Emulator) -> AsyncGenerator[Human]:
    """An ordinary member."""
    async with Human.connect(emulator.url, username="ada") as human:
        yield human


@pytest.fixture
def bot() -> Bot:
    return Bot()


def point_discord_at(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    address = yarl.URL(gateway_address(emulator.url))
    monkeypatch.setattr(http.Route, "BASE", emulator.url + API)
    monkeypatch.setattr(gateway.DiscordWebSocket, "DEFAULT_GATEWAY", address)
