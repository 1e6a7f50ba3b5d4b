"""The whole thing for tests: local Discord, bot and generator process, with a human at the page."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil

from bot.app import run_bot
from bot.emulator.clock import Clock
from bot.emulator.demo import demo_world
from bot.emulator.driver import Human
from bot.emulator.faults import Faults
from bot.emulator.rest.exchange import Exchange
from bot.emulator.server import Emulator, run_emulator
from bot.settings import Settings
from tests.emulator.openapi import checked_traffic

_MALFORMED = {50006, 50035, 50109}
"""Codes for what Discord would never take; other refusals depend on the state of its world."""


@asynccontextmanager
async def local_discord(
    *, clock: Clock | None = None, faults: Faults | None = None, limits: bool = False
) -> AsyncGenerator[Emulator]:
    """Run a local Discord; fails at the end if the bot sent it what Discord would never take."""
    refused: list[Exchange] = []

    with checked_traffic() as check:

        def record(exchange: Exchange) -> None:
            if exchange.status >= 400 and exchange.response["code"] in _MALFORMED:
                refused.append(exchange)
            if check is not None:
                check(exchange)

        world = demo_world(clock)
        async with run_emulator(
            world=world, faults=faults, recorder=record, limits=limits
        ) as emulator:
            yield emulator
    assert not refused


def bot_settings(emulator: Emulator, data_dir: Path, **changes: object) -> Settings:
    """Return the demo's settings, but quicker and in a folder of the test's."""
    values: dict[str, object] = {
        "discord_token": emulator.token,
        "discord_url": emulator.url,
        "data_dir": data_dir,
        "default_model": "builtin",
        "device": "cpu",
        "progress_interval": 0.1,
        "max_waiting_per_user": 20,
    }
    return Settings(**values | changes)  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def running_bot(settings: Settings, human: Human) -> AsyncGenerator[None]:
    """Run the bot until the block ends; when it starts, the human sees the bot online."""
    bot = asyncio.create_task(run_bot(settings))
    online = asyncio.create_task(human.wait_bot_online())
    await asyncio.wait({bot, online}, return_when=asyncio.FIRST_COMPLETED)
    if bot.done():
        online.cancel()
        await bot
    try:
        yield
    finally:
        bot.cancel()
        await asyncio.wait({bot})
        if not bot.cancelled() and (error := bot.exception()) is not None:
            raise error


def generator_process() -> psutil.Process:
    """Return the generator of the bot started last: a child of this process, like the bot's."""
    children = psutil.Process().children()
    generators = [child for child in children if "generator" in child.cmdline()]
    return max(generators, key=psutil.Process.create_time)


@contextmanager
def busy_device() -> Generator[None]:
    """Keep what the generator has begun on the device until the block ends."""
    process = generator_process()
    process.suspend()
    try:
        yield
    finally:
        process.resume()
