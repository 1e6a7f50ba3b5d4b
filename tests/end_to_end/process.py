"""The bot as operators run it: a process of its own that gets signals."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.emulator.driver import Human
from bot.emulator.server import Emulator

_PROJECT = Path(__file__).parents[2]
_PATIENCE = 60.0


class BotProcess:
    """`python -m bot`, or the same with the plain generator."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def end(self) -> int:
        """Wait for its end and return the exit status, negative for a signal."""
        async with asyncio.timeout(_PATIENCE):
            return await self._process.wait()

    async def kill(self) -> None:
        """What the machine's power does, or the kernel without memory."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def bot_process(
    emulator: Emulator, data_dir: Path, human: Human, *, plain: bool = False, **environ: str
) -> AsyncGenerator[BotProcess]:
    """Run the bot, killed at the end if it still lives; its log is `bot.log` in the folder."""
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    settings = {
        "DISCORD_TOKEN": emulator.token,
        "DISCORD_URL": emulator.url,
        "DATA_DIR": str(data_dir),
        "DEFAULT_MODEL": "builtin",
        "DEVICE": "cpu",
        "PROGRESS_INTERVAL": "0.1",
        "PYTHONPATH": str(_PROJECT),
    }
    with (data_dir / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.end_to_end.plain_bot" if plain else "bot"),
            cwd=data_dir,
            env=clean | settings | environ,
            stderr=log,
        )
    bot = BotProcess(process)
    try:
        await human.wait_bot_online()
        yield bot
    finally:
        await bot.kill()
        await human.wait_bot_offline()
