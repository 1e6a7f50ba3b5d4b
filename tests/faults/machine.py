"""The bot's process under a supervisor, as systemd or Docker run it: killed, and started again."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from bot.emulator.core import Core
from bot.emulator.server import Emulator

_PROJECT = Path(__file__).parents[2]
_PATIENCE = 60.0


class Machine:
    """Keeps a bot running, counts what it is killed by, and finds its generator."""

    def __init__(self, core: Core, data_dir: Path, log: Path, environ: dict[str, str]) -> None:
        self.data_dir = data_dir
        self.log = log
        self.bot_kills = 0
        self.generator_kills = 0
        self.stops = 0
        """How often it was asked to stop."""
        self.exits: Counter[int] = Counter()
        """By status: -9 was killed, 0 stopped, 2 could not start and said why, 1 has crashed."""
        self._core = core
        self._environ = environ
        self._process: asyncio.subprocess.Process | None = None
        self._killed: asyncio.subprocess.Process | None = None
        self._supervisor = asyncio.create_task(self._supervise())
        self._last = False

    @property
    def database(self) -> Path:
        return self.data_dir / "zoetrope.sqlite3"

    async def _supervise(self) -> None:
        """Run one bot after the other."""
        while not self._last:
            with self.log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.faults.hasty_bot"),
                    cwd=self.data_dir,
                    env=self._environ,
                    stderr=log,
                )
            self.exits[await self._process.wait()] += 1
            await self._until(lambda: not self._core.gateway.online)

    async def wait_online(self) -> None:
        """Wait until the bot that runs now is connected."""
        async with asyncio.timeout(_PATIENCE):
            await self._until(lambda: self._runs and self._core.gateway.online)

    async def _until(self, holds: Callable[[], bool]) -> None:
        with self._core.audience.subscribe(self._core.world.application.owner.id) as events:
            while not holds():
                await events.get()

    @property
    def _runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def kill_bot(self) -> None:
        """What the machine's power does, or the kernel without memory."""
        if self._signal(signal.SIGKILL):
            self._killed = self._process
            self.bot_kills += 1

    def stop_bot(self) -> None:
        """Ask it to stop, in order."""
        if self._signal(signal.SIGTERM):
            self.stops += 1

    async def wait_killed(self) -> None:
        """Wait until the bot that was killed last is gone."""
        async with asyncio.timeout(_PATIENCE):
            if self._killed is not None:
                await self._killed.wait()

    def kill_generator(self) -> bool:
        """Kill the generator there is at the moment; tells whether there was one."""
        for child in self._children():
            try:
                if "generator" in " ".join(child.cmdline()):
                    child.kill()
                    self.generator_kills += 1
                    return True
            except psutil.Error:  # it is gone by itself
                continue
        return False

    async def stop(self) -> None:
        """Stop the bot for good, in order."""
        self._last = True
        self.stop_bot()
        async with asyncio.timeout(_PATIENCE):
            await asyncio.shield(self._supervisor)

    async def close(self) -> None:
        """Kill what runs, once and for all."""
        self._supervisor.cancel()
        await asyncio.wait([self._supervisor])
        if self._process is not None and self._runs:
            self._process.kill()
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> bool:
        if self._process is None or not self._runs:
            return False
        self._process.send_signal(number)
        return True

    def _children(self) -> list[psutil.Process]:
        if self._process is None or not self._runs:
            return []
        try:
            return psutil.Process(self._process.pid).children()
        except psutil.NoSuchProcess:
            return []


@asynccontextmanager
async def running_machine(
    emulator: Emulator, data_dir: Path, environ: Mapping[str, str]
) -> AsyncGenerator[Machine]:
    """Run the bot until the block ends; its log lies beside its folder."""
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    settings = {
        "DISCORD_TOKEN": emulator.token,
        "DISCORD_URL": emulator.url,
        "DATA_DIR": str(data_dir),
        "DEFAULT_MODEL": "builtin",
        "DEVICE": "cpu",
        "PROGRESS_INTERVAL": "0.3",
        "MAX_WAITING_PER_USER": "20",
        "GRACE_SECONDS": "2",
        "PYTHONPATH": str(_PROJECT),
    }
    machine = Machine(
        emulator.core, data_dir, data_dir.with_suffix(".log"), {**clean, **settings, **environ}
    )
    try:
        yield machine
    finally:
        await machine.close()
