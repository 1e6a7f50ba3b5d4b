"""The connection to the gateway: what ends it for good, and what does not."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.app import use_local_discord
from bot.client import ZoetropeClient
from bot.connection import stay_connected, wait_for_discord
from bot.emulator.effects import banned, unavailable
from bot.emulator.faults import Fault
from bot.emulator.server import Emulator, run_emulator
from bot.errors import StartupError
from bot.jobs.store import open_store
from bot.settings import Settings
from generator import load_catalogue
from tests.emulator.bots import Bot
from tests.end_to_end.plain_bot import open_plain_generator


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with run_emulator() as emulator:
        use_local_discord(emulator.url)
        yield emulator


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncGenerator[Bot]:
    async with Bot() as bot:
        await bot.login(emulator.token)
        yield bot


async def test_an_event_that_cannot_be_parsed_costs_a_session_and_not_the_bot(
    emulator: Emulator, bot: Bot
) -> None:
    connection = asyncio.create_task(stay_connected(bot, first_pause=0.01))
    await bot.wait_for("ready", timeout=20)
    again = asyncio.create_task(bot.wait_for("ready", timeout=20))
    await asyncio.sleep(0)
    emulator.gateway.dispatch("INTERACTION_CREATE", {"id": "1"}, guild_id=None)
    await again
    assert emulator.gateway.online
    assert not connection.done()
    connection.cancel()
    await asyncio.wait([connection])


@pytest.mark.parametrize(("code", "words"), [(4004, "token"), (4013, "intent"), (4014, "intent")])
async def test_a_bot_that_discord_does_not_want_ends_with_words(
    emulator: Emulator, bot: Bot, code: int, words: str
) -> None:
    connection = asyncio.create_task(stay_connected(bot, first_pause=0.01))
    await bot.wait_for("ready", timeout=20)
    await emulator.gateway.drop(code)
    async with asyncio.timeout(20):
        with pytest.raises(StartupError, match=words):
            await connection


async def test_a_client_that_was_closed_stays_closed(emulator: Emulator, bot: Bot) -> None:
    connection = asyncio.create_task(stay_connected(bot, first_pause=0.01))
    await bot.wait_for("ready", timeout=20)
    await bot.close()
    async with asyncio.timeout(20):
        await connection


class CancelledOnItsWay(Bot):
    connection: asyncio.Task[None]

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        self.connection.cancel()  # where `wait_for` of Python 3.11 loses it


async def test_no_cancellation_is_lost_on_the_way_to_the_gateway(emulator: Emulator) -> None:
    async with CancelledOnItsWay() as bot:
        await bot.login(emulator.token)
        bot.connection = asyncio.create_task(stay_connected(bot, first_pause=0.01))
        async with asyncio.timeout(20):
            await asyncio.wait([bot.connection])
        assert bot.connection.cancelled()
        assert bot.is_closed()


async def test_a_start_waits_for_discord(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.faults.add(
        Fault(name="down", effect=unavailable(503), path="/gateway"),
        Fault(name="banned", effect=banned(), path="/gateway"),
    )
    await wait_for_discord(first_pause=0.01)
    assert "HTTP 503" in caplog.text
    assert "HTTP 429" in caplog.text


async def test_a_client_that_is_closed_passes_no_event_on(tmp_path: Path) -> None:
    settings = Settings(discord_token="token", data_dir=tmp_path)
    async with open_store(settings.database_path) as store, open_plain_generator() as generator:
        client = ZoetropeClient(settings, store, load_catalogue(), generator, {})
        async with client:
            pass
        client.dispatch("ready")  # discord.py's own task says so, up to two seconds later
