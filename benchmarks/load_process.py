"""The bot in a process of its own, whose loop, memory and CPU time are watched from here."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psutil

from benchmarks.load_bot import Lag
from bot.emulator.driver import Human
from bot.emulator.server import Emulator

_MANY = "1000000"
_SETTLING = 1.0
"""Seconds after which a client has taken in what it was told."""
_PATIENCE = 120.0
_LEARNT_FROM = 3
"""Clips after which the bot says when others start, which costs it something."""


class WatchedBot:
    """A bot whose generator has a clip on the device that never gets on."""

    def __init__(self, process: asyncio.subprocess.Process, figures: Path) -> None:
        self.lags: list[Lag] = []
        """How late its loop got to each tick; known once it has stopped."""
        self._child = process
        self._process = psutil.Process(process.pid)
        self._figures = figures

    @property
    def memory(self) -> float:
        """Resident bytes."""
        return float(self._process.memory_info().rss)

    @property
    def cpu_seconds(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    async def settle(self) -> None:
        """Wait until it has done what follows an answer."""
        await asyncio.sleep(_SETTLING)

    def suspend_generator(self) -> None:
        """Let it do nothing more, and cost nothing, as one whose work is on a GPU."""
        for process in self._generators():
            process.suspend()

    async def stop(self) -> None:
        """End it in its order, but for the generator, which cannot hear."""
        self._child.send_signal(signal.SIGTERM)
        for process in self._generators():
            process.kill()
        await self._child.wait()
        self.lags = msgspec.json.decode(self._figures.read_bytes(), type=list[Lag])

    def _generators(self) -> list[psutil.Process]:
        return [child for child in self._process.children() if "generator" in child.cmdline()]


@asynccontextmanager
async def watched_bot(emulator: Emulator, data_dir: Path) -> AsyncGenerator[WatchedBot]:
    """Run the bot with its caps raised; it is online, and stopped in the end."""
    figures = data_dir / "lags.json"
    async with _started(emulator, data_dir, "benchmarks.load_bot", str(figures)) as process:
        async with Human.connect(emulator.url) as human:
            await human.wait_bot_online()
        bot = WatchedBot(process, figures)
        yield bot
        await bot.stop()


async def idle_memory(emulator: Emulator) -> float:
    """Return the resident bytes of a discord.py client that is online and does nothing."""
    with TemporaryDirectory() as folder:
        async with _started(emulator, Path(folder), "benchmarks.load_idle") as process:
            with emulator.core.audience.subscribe(0) as events:
                while not emulator.gateway.online:
                    await events.get()
            await asyncio.sleep(_SETTLING)
            return float(psutil.Process(process.pid).memory_info().rss)


async def device_taken(data_dir: Path) -> None:
    """Wait until the first job runs, by its row."""
    with closing(sqlite3.connect(data_dir / "zoetrope.sqlite3")) as db:
        query = "SELECT 1 FROM jobs WHERE state = 'running'"
        while not db.execute(query).fetchone():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(_SETTLING)


async def learn(emulator: Emulator) -> None:
    """Have some clips made to the end."""
    async with Human.connect(emulator.url) as human:
        for seed in range(_LEARNT_FROM):
            await human.command("video", prompt="a red circle", seed=seed)
            words = f"seed {seed} ·"
            await human.wait_for(
                lambda message, words=words: bool(message.attachments) and words in message.content,
                timeout=_PATIENCE,
            )


@asynccontextmanager
async def _started(
    emulator: Emulator, data_dir: Path, *program: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    settings = {
        "DISCORD_TOKEN": emulator.token,
        "DISCORD_URL": emulator.url,
        "DATA_DIR": str(data_dir),
        "DEFAULT_MODEL": "builtin",
        "DEVICE": "cpu",
        "GRACE_SECONDS": "0",
        "LOG_LEVEL": "ERROR",
        "MAX_WAITING": _MANY,
        "MAX_WAITING_PER_GUILD": _MANY,
        "MAX_WAITING_PER_USER": _MANY,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *program), env=os.environ | settings
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
