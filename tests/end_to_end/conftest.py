"""One running stack, plain, for all tests that leave it running; the others start their own."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from tests.end_to_end.stack import bot_settings, discord_as_before, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, finished


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def emulator(data_dir: Path) -> AsyncGenerator[Emulator]:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as human,
        running_bot(bot_settings(emulator, data_dir), human, plain=True),
    ):
        # after a first clip no test meets a generator that is still starting
        await finished(human, await ask(human, "a red circle", **QUICK))
        yield emulator


@pytest.fixture(autouse=True)
def addresses() -> Generator[None]:
    """For tests that point discord.py at a local Discord by themselves."""
    with discord_as_before():
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    """The page's default user, who may manage the server."""
    async with Human.connect(emulator.url) as human:
        yield human


@pytest_asyncio.fixture(loop_scope="session")
async def ada(emulator: Emulator) -> AsyncGenerator[Human]:
    """An ordinary member."""
    async with Human.connect(emulator.url, username="ada") as human:
        yield human
