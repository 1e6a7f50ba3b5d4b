"""What stands below the bot's name."""

import asyncio
from pathlib import Path

from bot.app import use_local_discord
from bot.emulator.server import Emulator, run_emulator
from bot.presence import show_presence
from bot.texts import status
from tests.bot.dispatching import running
from tests.bot.jobs import make_job
from tests.emulator.bots import Bot, online


async def shows(emulator: Emulator, activities: list[str]) -> None:
    async with asyncio.timeout(20):
        while emulator.gateway.activities != activities:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)


def test_the_presence_says_how_long_it_takes_where_that_is_known() -> None:
    assert status.presence(3, 250.0, paused=False) == "3 waiting · ~4 min"
    assert status.presence(3, 5.0, paused=False) == "3 waiting · ~1 min"
    assert status.presence(3, None, paused=True) == "paused · 3 waiting"
    assert status.presence(0, 5.0, paused=False) == ""


async def test_the_presence_says_who_waits_and_that_nothing_is_made(tmp_path: Path) -> None:
    async with run_emulator() as emulator, running(tmp_path) as around:
        use_local_discord(emulator.url)
        client = Bot()
        async with online(client, emulator):
            showing = asyncio.create_task(show_presence(client, around.dispatcher, interval=0.01))
            around.gate.close("disk", status.DISK_FULL_WAITING)
            await shows(emulator, ["paused"])
            asked = await around.ask(make_job("aaaaa"))
            await shows(emulator, ["paused · 1 waiting"])
            emulator.gateway.invalidate_sessions()
            await shows(emulator, ["paused · 1 waiting"])
            await around.dispatcher.cancel(asked.id, 1)
            around.gate.open("disk")
            await shows(emulator, [])
            showing.cancel()
            await asyncio.wait([showing])
