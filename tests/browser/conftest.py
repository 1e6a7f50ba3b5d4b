"""A headless Chromium for the whole session, and the local Discord its pages are of."""

import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from tests.browser.pages import ChatPage

OpenPage = Callable[..., Awaitable[ChatPage]]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MISSING = (
    "no Chromium was found: run `make browser`, or install your system's chromium package, "
    "or name one in the environment variable CHROMIUM"
)
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        chromium = _find_chromium(playwright)
        if chromium is None:
            pytest.fail(_MISSING) if os.environ.get("CI") else pytest.skip(_MISSING)
        running = await playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncGenerator[OpenPage]:
    """Open the page of a local Discord in a tab of its own; scripts' errors fail the test."""
    faults: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_(url: str, *, user: str = "you", channel: str = "videos") -> ChatPage:
            context = await browser.new_context(
                viewport={"width": 1280, "height": 800}, color_scheme="dark"
            )
            stack.push_async_callback(context.close)
            context.set_default_timeout(10_000)
            tab = await context.new_page()
            tab.on("pageerror", lambda error: faults.append(str(error)))
            page = ChatPage(tab)
            await page.open(url, user=user, channel=channel)
            return page

        yield open_
    assert not faults


def _find_chromium(playwright: Playwright) -> str | None:
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if named is not None:
        return named
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None
