"""The chat page as a person uses it, for tests of the page and of the whole bot."""

# ruff: noqa: ASYNC109 - waiting is the browser's, and callers choose how patient to be

import re
from collections.abc import Mapping

from playwright.async_api import Locator, Page, expect

CONNECTED = 'body[data-connection="connected"]'
PATIENCE = 10_000.0
"""Milliseconds to wait for what the bot does, unless told otherwise."""


class ChatPage:
    """One browser tab that speaks as one member."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator("form.composer")
        self.suggestions = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
        self.errors = page.locator(".composer-errors p")
        self.messages = page.locator("li.message[data-message-id]")
        self.modal = page.get_by_role("dialog")

    async def open(self, url: str, *, user: str = "you", channel: str = "videos") -> None:
        """Load the page and wait until it is live."""
        await self.page.goto(f"{url}/?as={user}#{channel}")
        await self.wait_connected()

    async def wait_connected(self) -> None:
        await expect(self.page.locator(CONNECTED)).to_be_attached()

    async def wait_for_command(self, name: str) -> None:
        """Wait until the bot has registered a command and the page offers it."""
        await self.type(f"/{name}")
        await expect(self.suggestions.first).to_contain_text(f"/{name}")
        await self.clear()

    # --- the box ----------------------------------------------------------------------------------

    async def type(self, text: str) -> None:
        """Type on where the box is."""
        await self._focus_box()
        await self.page.keyboard.type(text)

    async def paste(self, text: str) -> None:
        """Put a whole line into an empty box at once."""
        await self.box.locator("textarea.plain-input").fill(text)

    async def keys(self, *names: str) -> None:
        """Press keys, such as "Tab", "Enter" or "ArrowDown"."""
        for name in names:
            await self.page.keyboard.press(name)

    async def send(self, text: str) -> None:
        """Type a line, plain text or a command with its options, and send it."""
        await self.type(text)
        await self.keys("Enter")

    async def set_language(self, name: str) -> None:
        """Set the member's Discord client to a language, by its English name."""
        await self.page.get_by_role("combobox", name="Discord in").select_option(label=name)

    async def clear(self) -> None:
        """Empty the box."""
        await self.page.evaluate("document.activeElement.blur()")
        while await self.box.locator(".command-line").count():
            await self.box.locator(".command-line textarea").last.focus()
            await self.keys("ControlOrMeta+A", "Backspace", "Backspace")
        await self.paste("")

    async def options(self) -> dict[str, str]:
        """Return the option fields in the box and what is in them."""
        fields = self.box.locator(".option-field")
        names = await fields.evaluate_all("fields => fields.map(field => field.dataset.option)")
        values = await fields.locator("textarea").evaluate_all("all => all.map(one => one.value)")
        return dict(zip(names, values, strict=True))

    # --- messages ---------------------------------------------------------------------------------

    def message(self, text: str | re.Pattern[str]) -> Locator:
        """Return the last message that shows this text."""
        return self.messages.filter(has_text=text).last

    async def wait_for_message(
        self, text: str | re.Pattern[str], *, timeout: float = PATIENCE
    ) -> Locator:
        """Return the last message with this text once there is one."""
        message = self.message(text)
        await expect(message).to_be_visible(timeout=timeout)
        return await self.pinned(message)

    async def pinned(self, message: Locator) -> Locator:
        """Return a locator that stays with this very message when its text changes."""
        message_id = await message.get_attribute("data-message-id")
        return self.page.locator(f'li.message[data-message-id="{message_id}"]')

    async def press(self, message: Locator, label: str) -> None:
        await message.get_by_role("button", name=label, exact=True).click()

    async def choose(self, message: Locator, menu: str, *labels: str) -> None:
        """Pick from a select menu, named by its placeholder or label."""
        await message.get_by_role("combobox", name=menu).click()
        for label in labels:
            await message.get_by_role("option", name=label).click()

    def video(self, message: Locator) -> Locator:
        return message.locator("video")

    async def wait_until_playing(
        self, message: Locator, *, timeout: float = PATIENCE, number: int = 0
    ) -> None:
        """Start one of the message's videos if it rests, and wait until its time advances."""
        video = self.video(message).nth(number)
        await expect(video).to_be_visible(timeout=timeout)
        await video.evaluate("video => { video.muted = true; return video.play() }")
        moves = (
            "video => new Promise(resolve => {"
            " const from = video.currentTime;"
            " video.addEventListener('timeupdate', () => video.currentTime !== from && resolve())"
            "})"
        )
        await video.evaluate(moves)

    # --- forms and the rest -----------------------------------------------------------------------

    async def fill_modal(self, values: Mapping[str, str], *, submit: bool = True) -> None:
        """Fill in the open form by its labels; selects take an option's label."""
        await expect(self.modal).to_be_visible(timeout=PATIENCE)
        for label, value in values.items():
            menu = self.modal.get_by_role("combobox", name=label)
            if await menu.count():
                await self.choose(self.modal, label, value)
            else:
                await self.modal.get_by_label(re.compile(rf"^{re.escape(label)}\b")).fill(value)
        if submit:
            await self.modal.get_by_role("button", name="Submit").click()

    async def speak_as(self, name: str) -> None:
        """Switch to another member."""
        await self.page.locator(".speaker", has_text=name).click()
        await self.wait_connected()

    async def open_channel(self, name: str) -> None:
        await self.page.get_by_role("navigation").get_by_role("button", name=name).click()

    async def _focus_box(self) -> None:
        inside = "box => box.contains(document.activeElement)"
        if not await self.box.evaluate(inside):
            await self.box.locator("textarea").last.focus()
