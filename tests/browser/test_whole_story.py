"""Everything a member does in a week, in Chromium on the demo; it leaves pictures to look at."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenPage
from tests.browser.pages import ChatPage
from tests.browser.test_story import PATIENCE, SCREENSHOTS, clip, demo

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_form_wait_cancel_result_rerun_variations_lesson_history_show(
    open_page: OpenPage, tmp_path: Path
) -> None:
    async with demo(tmp_path) as url:
        chat = await open_page(url)
        await chat.wait_for_command("video")

        first = await _asked_by_form(chat)
        await _waited_and_cancelled(chat)
        await _made_again_by_form(chat, first)
        await _several_in_one_message(chat)
        await _explained(chat, first)
        await _found_again(chat)
        await _in_another_language(chat)


async def _asked_by_form(chat: ChatPage) -> Locator:
    await chat.type("/video")
    await chat.keys("Enter", "Enter")
    await expect(chat.modal).to_be_visible(timeout=PATIENCE)
    prompt = "a blue star bouncing on grass"
    await chat.fill_modal({"Prompt": prompt}, submit=False)
    await _picture(chat, "story-1-form")
    await chat.fill_modal({})
    first = await clip(chat, 1)
    await expect(first).to_contain_text(prompt)
    return first


async def _waited_and_cancelled(chat: ChatPage) -> None:
    await _use(chat, "/video prompt:a red heart spinning at night steps:100")
    await chat.wait_for_message("of 100", timeout=PATIENCE)
    await _use(chat, "/video prompt:a green square growing in the sea")
    waiting = await chat.wait_for_message(re.compile("Place.*of"), timeout=PATIENCE)
    await _picture(chat, "story-2-waiting")
    await chat.press(waiting, "Cancel")
    await expect(waiting).to_contain_text("Cancelled by", timeout=PATIENCE)
    await clip(chat, 2)


async def _made_again_by_form(chat: ChatPage, first: Locator) -> None:
    await chat.press(first, "Edit & rerun")
    await chat.fill_modal({"Prompt": "a yellow star bouncing on grass"}, submit=False)
    await _picture(chat, "story-3-rerun")
    await chat.fill_modal({})
    again = await clip(chat, 3)
    await chat.wait_until_playing(again, timeout=PATIENCE)
    await chat.press(again, "Info")
    info = await chat.wait_for_message("Only you can see this", timeout=PATIENCE)
    await expect(info).to_contain_text("/video")
    await _picture(chat, "story-4-info")


async def _several_in_one_message(chat: ChatPage) -> None:
    await _use(chat, "/video prompt:an orange triangle spinning at sunset variations:4")
    await expect(chat.page.locator("video")).to_have_count(7, timeout=PATIENCE)
    several = await chat.pinned(chat.messages.filter(has=chat.page.locator("video")).last)
    await expect(several.locator("video")).to_have_count(4)
    await chat.page.set_viewport_size({"width": 1280, "height": 1240})
    for index in (0, 1, 2, 3, 3):  # the last once more, when all have shown a picture
        await chat.wait_until_playing(several, timeout=PATIENCE, number=index)
    await several.get_by_role("button", name="Clip 4").scroll_into_view_if_needed()
    await _picture(chat, "story-5-several")
    await chat.page.set_viewport_size({"width": 1280, "height": 800})


async def _explained(chat: ChatPage, first: Locator) -> None:
    await chat.press(first, "How it works")
    await chat.wait_for_message("How #", timeout=PATIENCE)
    await _picture(chat, "story-6-how-it-works")
    await _use(chat, "/explain topic:reverse")
    await chat.wait_for_message("Reverse diffusion", timeout=PATIENCE)
    await _picture(chat, "story-7-explain")


async def _found_again(chat: ChatPage) -> None:
    await chat.send("/history")
    history = await chat.wait_for_message("Your videos", timeout=PATIENCE)
    await expect(history.locator("img").last).to_be_visible(timeout=PATIENCE)
    await _picture(chat, "story-8-history")
    name = re.search("#([a-z0-9]{5})", await history.inner_text())
    assert name is not None
    await _use(chat, f"/show id:{name[1]}")
    await expect(chat.page.locator("video")).to_have_count(11, timeout=PATIENCE)
    await _picture(chat, "story-9-show")


async def _in_another_language(chat: ChatPage) -> None:
    await chat.set_language("German")
    await _use(chat, "/explain topic:gan")
    await chat.wait_for_message("Generator", timeout=PATIENCE)
    await chat.wait_for_message("Quellen", timeout=PATIENCE)
    await _picture(chat, "story-10-german")


async def _use(chat: ChatPage, line: str) -> None:
    """Paste a command with its options, and send it."""
    await chat.paste(line)
    await chat.keys("Enter", "Enter")  # the first may take a suggestion


async def _picture(chat: ChatPage, name: str) -> None:
    """Leave a screenshot of the newest messages."""
    scroller = chat.page.locator(".history .scroller")
    await scroller.evaluate("scroller => { scroller.scrollTop = scroller.scrollHeight }")
    await chat.page.screenshot(path=SCREENSHOTS / f"{name}.png")
