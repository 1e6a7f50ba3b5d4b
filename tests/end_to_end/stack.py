"""The whole thing for tests: local Discord, bot and generator process, with a human at the page.

Most tests are served by the stack that is running anyway, through the fixtures `emulator`, `you`
and `ada`. One that restarts the bot, or needs settings of its own, runs its own bot:

    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        running_bot(bot_settings(emulator, tmp_path, max_waiting_per_user=3), you, plain=True),
    ):
        clip = await finished(you, await ask(you, "a red circle", **QUICK))

A plain generator is up at once. It is the real worker, engine and encoder in a process of its own,
with every model of the catalogue, but its clips are plain colours by their seed, and a step takes a
fiftieth of a second. The prompts "endless" (until somebody cancels it), "held" (until `let_go`),
"hanging", "failing" and "suicidal" (kills the generator) do what they say; "held second" and the
like do so in the second of several clips. Only what is about the picture, or about torch, needs the
real models.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import discord
import psutil
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import app
from bot.emulator.clock import Clock
from bot.emulator.demo import demo_world
from bot.emulator.driver import Human
from bot.emulator.faults import Faults
from bot.emulator.rest.exchange import Exchange
from bot.emulator.server import Emulator, run_emulator
from bot.settings import Settings
from tests.emulator.openapi import checked_traffic
from tests.end_to_end.plain_bot import PLAIN_GENERATOR, open_plain_generator

_MALFORMED = {50006, 50035, 50109}
"""Codes for what Discord would never take; other refusals depend on the state of its world."""
_PROGRAMS = {"generator", PLAIN_GENERATOR}
"""What a generator is started as."""


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
async def running_bot(
    settings: Settings, human: Human, *, plain: bool = False
) -> AsyncGenerator[None]:
    """Run the bot until the block ends; when it starts, the human sees the bot online."""
    with discord_as_before():
        bot = await _started(settings, human, plain=plain)
        try:
            yield
        finally:
            bot.cancel()
            await asyncio.wait({bot})
            await _end_readying()
            if not bot.cancelled() and (error := bot.exception()) is not None:
                raise error


async def _end_readying() -> None:
    """End what discord.py leaves behind of a client that was closed before it was ready."""
    left = [task for task in asyncio.all_tasks() if "_delay_ready" in repr(task.get_coro())]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def _started(settings: Settings, human: Human, *, plain: bool) -> asyncio.Task[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        if plain:
            monkeypatch.setattr(app, "open_generator", open_plain_generator)
        bot = asyncio.create_task(app.run_bot(settings))
        online = asyncio.create_task(human.wait_bot_online())
        await asyncio.wait({bot, online}, return_when=asyncio.FIRST_COMPLETED)
    if bot.done():
        online.cancel()
        await bot
    return bot


@contextmanager
def discord_as_before() -> Generator[None]:
    """Give back what `use_local_discord` changes, which is the whole process's."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = before


def generator_process() -> psutil.Process:
    """Return the generator of the bot started last, in this process or in one of its own."""
    children = psutil.Process().children(recursive=True)
    generators = [child for child in children if _PROGRAMS.intersection(child.cmdline())]
    return max(generators, key=psutil.Process.create_time)


def let_go(data_dir: Path, clip: str) -> None:
    """Let a plain generator finish a clip that is held, by its name."""
    (data_dir / "clips" / f"{clip}.go").touch()


@contextmanager
def busy_device() -> Generator[None]:
    """Keep what the generator has begun on the device until the block ends."""
    process = generator_process()
    process.suspend()
    try:
        yield
    finally:
        process.resume()
