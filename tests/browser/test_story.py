"""A newcomer's first minutes: `python -m bot demo`, a prompt, the clip, and a variation of it."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenPage
from tests.browser.pages import ChatPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROMPT = "a red circle moving right on a white background"
PATIENCE = 90_000.0  # milliseconds; the first clip waits for torch and the model to load
SCREENSHOTS = Path("screenshots")


@asynccontextmanager
async def demo(data_dir: Path) -> AsyncGenerator[str]:
    """Run the demo as the README's command does, and give the page's address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo"),
        *("--port", "0", "--data", str(data_dir), "--no-browser"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            first_line = (await process.stdout.readline()).decode()
        yield next(word for word in first_line.split() if word.startswith("http://"))
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0


async def test_a_newcomer_makes_a_clip_watches_it_and_varies_it(
    open_page: OpenPage, tmp_path: Path
) -> None:
    async with demo(tmp_path) as url:
        chat = await open_page(url)
        await chat.wait_for_command("video")
        await picture(chat, "1-empty")
        await chat.type(f"/video {PROMPT}")
        await picture(chat, "2-typed")
        await chat.keys("Enter")

        first = await clip(chat, 1)
        await chat.wait_until_playing(first, timeout=PATIENCE)
        await picture(chat, "3-done")
        await chat.page.get_by_role("button", name="#videos › 💬").click()
        await expect(first).to_have_class(re.compile("flash"))

        await chat.press(first, "Vary")
        second = await clip(chat, 2)
        await chat.wait_until_playing(second, timeout=PATIENCE)
        assert await source(chat, first) != await source(chat, second)
        assert await seed(first) != await seed(second)
        await picture(chat, "4-varied")

        await chat.press(second, "How it works")
        lesson = await chat.wait_for_message("Only you can see this", timeout=PATIENCE)
        await expect(lesson).to_contain_text("GAN")
        await picture(chat, "5-how-it-works")

        await chat.press(second, "Edit & rerun")
        await expect(chat.modal).to_be_visible(timeout=PATIENCE)
        await picture(chat, "6-edit")
        await chat.fill_modal({"Prompt": "a blue star spinning at night", "Steps": "100"})
        # the usual sixteen steps may be over before a message can be edited
        status = await chat.wait_for_message("of 100", timeout=PATIENCE)
        await expect(status).to_contain_text("step")
        await picture(chat, "7-running")
        await clip(chat, 3)


async def clip(chat: ChatPage, number: int) -> Locator:
    """Wait for the message with the video of this number, and return it."""
    clips = chat.messages.filter(has=chat.page.locator("video"))
    await expect(clips).to_have_count(number, timeout=PATIENCE)
    return await chat.pinned(clips.last)


async def picture(chat: ChatPage, name: str) -> None:
    """Leave a screenshot to look at."""
    await chat.page.screenshot(path=SCREENSHOTS / f"{name}.png")


async def source(chat: ChatPage, message: Locator) -> str | None:
    return await chat.video(message).evaluate("video => video.currentSrc")


async def seed(message: Locator) -> str:
    return (await message.inner_text()).partition("seed ")[2].split()[0]
