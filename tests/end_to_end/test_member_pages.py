"""Members' own pages: /queue, /history, /mysettings, /privacy and /help, private everywhere."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import QUICK, SLOW, ask, finished, job_id, status_says

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def plain_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("member-pages")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def emulator(plain_data: Path) -> AsyncGenerator[Emulator]:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as human,
        running_bot(bot_settings(emulator, plain_data), human, plain=True),
    ):
        yield emulator


@pytest_asyncio.fixture(loop_scope="module")
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human


@pytest_asyncio.fixture(loop_scope="module")
async def ada(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url, username="ada") as human:
        yield human


async def page_says(human: Human, page: Message, words: str) -> Message:
    """Wait until a page has said these words."""
    return await human.wait_for(lambda message: message.id == page.id and words in message.text)


# --- /queue ---------------------------------------------------------------------------------------


async def test_queue_shows_ones_own_videos_with_their_places_and_cancels_one_or_several(
    you: Human, ada: Human
) -> None:
    running = await ask(you, "a red circle", **SLOW)
    await status_says(you, running, "Denoising: step")
    with busy_device():
        mine = [await ask(you, f"a {colour} star", **QUICK) for colour in ("blue", "pink", "red")]
        hers = await ask(ada, "a secret heart", **QUICK)
        page = await you.reply(await you.command("queue"))
        assert page.ephemeral
        assert f"**#{job_id(running)}** · a red circle\nBeing made · started <t:" in page.text
        assert f"**#{job_id(mine[0])}** · a blue star\nPlace **2 of 5**" in page.text
        assert "secret" not in page.text
        assert "This server: 4 waiting" in page.text
        await you.click(page, f"v1:my-cancel:{job_id(mine[0])}")
        page = await page_says(you, page, "This server: 3 waiting")
        await status_says(you, mine[0], "Cancelled by")
        await you.select(page, "v1:my-cancel:", *(job_id(status) for status in mine[1:]))
        page = await page_says(you, page, "This server: 1 waiting")
        assert job_id(mine[2]) not in page.text
    await you.click(page, f"v1:my-cancel:{job_id(running)}")
    page = await page_says(you, page, "You have no video waiting")
    await finished(ada, hers)
    await you.click(page, "Refresh")
    await page_says(you, page, "All servers and direct messages: 0 waiting")


async def test_queue_cancels_nobody_elses_and_says_what_is_too_late(
    you: Human, ada: Human
) -> None:
    with busy_device():
        mine = await ask(you, "a red circle", **SLOW)
        page = await you.reply(await you.command("queue"))
        own = page.buttons["Cancel"]["custom_id"]
        assert own.endswith(job_id(mine))
    await you.click(mine, "Stop") if "Stop" in mine.buttons else await you.click(mine, "Cancel")
    await status_says(you, mine, "Cancelled by")
    await you.click(page, own)
    await page_says(you, page, "is not waiting or running any more")
