"""The chat page in a real browser, with the local Discord and a real discord.py client."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Route, expect

from bot.emulator.server import Emulator, run_emulator
from tests.browser.conftest import OpenPage
from tests.browser.pages import ChatPage
from tests.browser.sample_bot import running_sample_bot

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Emulator]:
    """One local Discord with the sample bot; each test talks in a channel of its own."""
    folder = tmp_path_factory.mktemp("clips")
    async with run_emulator() as running, running_sample_bot(running, folder):
        yield running


@pytest.fixture
def channel(emulator: Emulator, request: pytest.FixtureRequest) -> str:
    """Return the name of an empty channel."""
    (guild,) = emulator.world.guilds.values()
    name = f"channel-{len(emulator.world.channels)}"
    emulator.world.add_channel(guild, name, request.node.name)
    return name


@pytest_asyncio.fixture(loop_scope="session")
async def chat(emulator: Emulator, channel: str, open_page: OpenPage) -> ChatPage:
    return await open_page(emulator.url, channel=channel)


@pytest_asyncio.fixture(loop_scope="session")
async def ada(emulator: Emulator, channel: str, open_page: OpenPage) -> ChatPage:
    """A second member in the same channel."""
    return await open_page(emulator.url, user="ada", channel=channel)


async def make_clip(chat: ChatPage) -> Locator:
    """Use /clip and return the message that answers."""
    await chat.send("/clip a red circle")
    return await chat.wait_for_message("prompt=a red circle")


# --- the command box ------------------------------------------------------------------------------


async def test_typing_a_slash_lists_the_commands_with_their_descriptions(chat: ChatPage) -> None:
    await chat.type("/")
    await expect(chat.suggestions).to_have_count(6)
    await expect(chat.suggestions.first).to_contain_text("Show a clip")
    await chat.type("settings s")
    await expect(chat.suggestions).to_contain_text(["/settings set", "/settings show"])


async def test_a_chosen_command_gets_its_required_options_and_offers_the_others(
    chat: ChatPage,
) -> None:
    await chat.type("/cl")
    await chat.keys("Tab")
    assert await chat.options() == {"prompt": ""}
    await expect(chat.suggestions.first).to_contain_text("size")
    await expect(chat.suggestions.first).to_contain_text("How large")


async def test_options_are_filled_in_with_keys_alone(chat: ChatPage) -> None:
    await chat.type("/cl")
    await chat.keys("Enter")
    await chat.type("a boat")
    await chat.keys("Tab")
    await chat.type("si")
    await chat.keys("Enter")
    await chat.type("lar")
    await chat.keys("Enter")
    await chat.type("seed:7 loud:tr")
    await chat.keys("Enter", "Enter")
    await chat.wait_for_message("prompt=a boat size=96 flavour=None seed=7 loud=True")


async def test_a_line_typed_plainly_is_understood(chat: ChatPage) -> None:
    await chat.send("/clip a red circle moving right on a white background")
    await chat.wait_for_message("prompt=a red circle moving right on a white background size=None")


async def test_a_pasted_line_may_name_options(chat: ChatPage) -> None:
    await chat.paste("/clip a red circle size:Small (64) seed:5")
    assert await chat.options() == {"prompt": "a red circle", "size": "Small (64)", "seed": "5"}
    await chat.keys("Enter")
    await chat.wait_for_message("prompt=a red circle size=64 flavour=None seed=5")


async def test_text_after_the_last_option_is_not_slipped_into_another(chat: ChatPage) -> None:
    await chat.send("/clip a boat seed:5 please")
    await expect(chat.errors).to_contain_text("/clip has no option that takes “please”.")
    await expect(chat.messages).to_have_count(0)


async def test_a_subcommand_typed_in_full_is_sent_at_once(chat: ChatPage) -> None:
    await chat.send("/settings show")
    await chat.wait_for_message("the settings are fine")


async def test_autocomplete_asks_the_bot(chat: ChatPage) -> None:
    await chat.type("/clip x flavour:straw")
    await expect(chat.suggestions).to_have_text(["Strawberry"])
    await chat.keys("Enter", "Enter")
    await chat.wait_for_message("flavour=strawberry")


async def test_backspace_takes_an_empty_option_away_and_then_the_command(chat: ChatPage) -> None:
    await chat.type("/clip x seed:")
    assert await chat.options() == {"prompt": "x", "seed": ""}
    await chat.keys("Backspace")
    assert await chat.options() == {"prompt": "x"}
    await chat.keys("Backspace", "Backspace")
    await expect(chat.box.locator("textarea.plain-input")).to_have_value("/clip")


async def test_what_the_client_would_refuse_is_said_and_nothing_is_lost(chat: ChatPage) -> None:
    await chat.send("/clip a boat seed:500")
    await expect(chat.errors).to_have_count(1)
    await expect(chat.errors).to_contain_text("seed")
    assert await chat.options() == {"prompt": "a boat", "seed": "500"}
    await chat.keys("Backspace", "Backspace", "Enter")
    await chat.wait_for_message("prompt=a boat size=None flavour=None seed=5")
    await expect(chat.errors).to_be_hidden()


async def test_a_missing_option_is_asked_for(chat: ChatPage) -> None:
    await chat.type("/clip ")
    await chat.keys("Enter")
    await expect(chat.errors).to_contain_text("prompt")
    await expect(chat.box.get_by_role("combobox", name="prompt")).to_be_focused()


async def test_an_unknown_command_is_not_sent(chat: ChatPage) -> None:
    await chat.send("/vidoe a red circle")
    await expect(chat.errors).to_contain_text("There is no command /vidoe here.")
    await expect(chat.messages).to_have_count(0)


async def test_arrow_up_brings_back_what_was_sent(chat: ChatPage) -> None:
    await chat.send("hello there")
    await chat.wait_for_message("hello there")
    await chat.send("/clip a boat seed:5")
    await chat.wait_for_message("prompt=a boat")
    await chat.keys("ArrowUp")
    assert await chat.options() == {"prompt": "a boat", "seed": "5"}
    await chat.keys("ArrowUp")
    await expect(chat.box.locator("textarea.plain-input")).to_have_value("hello there")


async def test_commands_have_names_in_the_members_language_and_take_both(chat: ChatPage) -> None:
    await chat.set_language("German")
    await chat.type("/fi")
    await expect(chat.suggestions).to_contain_text(["/film"])
    await expect(chat.suggestions.first).to_contain_text("Zeige einen Film")
    await chat.clear()
    await chat.send("/film ein Boot startwert:7 size:Klein (64)")
    await chat.wait_for_message("prompt=ein Boot size=64 flavour=None seed=7")
    await chat.send("/clip a boat seed:5")
    await chat.wait_for_message("prompt=a boat size=None flavour=None seed=5")
    await chat.set_language("American English")
    await chat.type("/cl")
    await expect(chat.suggestions.first).to_contain_text("/clip")


async def test_a_command_half_typed_gets_its_names_once_they_are_known(chat: ChatPage) -> None:
    typed = asyncio.Event()

    async def answer_late(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    await chat.page.route("**/human/state*", answer_late)
    await chat.set_language("German")
    await chat.type("/cl")
    await expect(chat.suggestions.first).to_contain_text("/clip")
    typed.set()
    await expect(chat.suggestions.first).to_contain_text("/film")
    await chat.set_language("American English")
    await chat.box.get_by_role("combobox").focus()
    await expect(chat.suggestions.first).to_contain_text("/clip")


# --- messages -------------------------------------------------------------------------------------


async def test_the_answer_tells_who_used_the_command(chat: ChatPage) -> None:
    message = await make_clip(chat)
    await expect(message.locator(".context")).to_have_text("Y@You used /clip")
    await expect(message.locator(".badge")).to_have_text("App")


async def test_a_video_has_its_alt_text_and_plays(chat: ChatPage) -> None:
    message = await make_clip(chat)
    await expect(chat.video(message)).to_have_attribute("aria-label", "a clip of a red circle")
    await chat.wait_until_playing(message)


async def test_an_edit_keeps_the_video_that_plays(chat: ChatPage) -> None:
    message = await make_clip(chat)
    await chat.wait_until_playing(message)
    video = await chat.video(message).element_handle()
    await chat.press(message, "Count")
    await expect(message.locator(".text")).to_contain_text("counted to 1")
    await expect(message.locator(".edited")).to_be_visible()
    now = await chat.video(message).element_handle()
    assert video is not None
    assert await video.evaluate("(video, now) => video === now && !video.paused", now)


async def test_markup_in_a_message_is_inert(chat: ChatPage) -> None:
    hostile = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)) <b>no</b>"
    await chat.send(hostile)
    message = await chat.wait_for_message("<img src=x onerror=alert(1)>")
    await expect(message.locator(".text strong")).to_have_text("bold")
    await expect(message.locator(".text").locator("img, b, a, script")).to_have_count(0)


async def test_markdown_is_shown_as_discord_shows_it(chat: ChatPage) -> None:
    await chat.paste("*a* __b__ ~~c~~ `d` ||e||\n> quoted\n- one\n- two\n-# small\n# Big")
    await chat.keys("Enter")
    text = (await chat.wait_for_message("quoted")).locator(".text")
    for tag, content in {
        "em": "a", "u": "b", "s": "c", "code": "d", ".spoiler": "e",
        "blockquote": "quoted", "li >> nth=1": "two", "small": "small", "h3": "Big",
    }.items():  # fmt: skip
        await expect(text.locator(tag)).to_have_text(content)


async def test_a_timestamp_counts_by_itself(chat: ChatPage) -> None:
    now = await chat.page.evaluate("Math.floor(Date.now() / 1000)")
    await chat.send(f"ready <t:{now + 3}:R>")
    message = await chat.wait_for_message("ready in")
    await expect(message.locator("time.timestamp")).to_have_text("in 1 second")


async def test_only_who_asked_sees_an_ephemeral_answer_and_may_dismiss_it(
    chat: ChatPage, ada: ChatPage
) -> None:
    await chat.send("/whisper text:hello")
    message = await chat.wait_for_message("whispered hello")
    await expect(message).to_contain_text("Only you can see this")
    await ada.send("after it")
    await ada.wait_for_message("after it")
    await expect(ada.message("whispered hello")).to_have_count(0)
    await chat.press(message, "Dismiss message")
    await expect(message).to_have_count(0)


async def test_a_command_without_an_answer_is_said_to_have_failed(chat: ChatPage) -> None:
    await chat.send("/silent")
    failed = chat.page.locator("li.pending")
    await expect(failed).to_contain_text("Sending command…")
    await expect(failed).to_contain_text("The application did not respond", timeout=6000)


async def test_new_messages_do_not_move_who_reads_older_ones(chat: ChatPage, ada: ChatPage) -> None:
    await ada.paste("\n".join(f"line {number}" for number in range(60)))
    await ada.keys("Enter")
    await chat.wait_for_message("line 59")
    scroller = chat.page.locator(".scroller")
    await scroller.evaluate("scroller => { scroller.scrollTop = 0 }")
    pill = chat.page.get_by_role("button", name="New messages")
    await expect(pill).to_be_hidden()
    await ada.send("one more")
    await expect(pill).to_be_visible()
    assert await scroller.evaluate("scroller => scroller.scrollTop") == 0
    await pill.click()
    await expect(chat.message("one more")).to_be_in_viewport()


# --- buttons, selects and forms -------------------------------------------------------------------


async def test_a_button_without_an_answer_is_busy_and_then_failed(chat: ChatPage) -> None:
    message = await make_clip(chat)
    button = message.get_by_role("button", name="Silent")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await expect(message).to_contain_text("This interaction failed", timeout=6000)
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await expect(button).to_be_focused()


async def test_a_messages_menu_has_the_commands_for_it(chat: ChatPage) -> None:
    await chat.paste("one two three")
    await chat.keys("Enter")
    message = await chat.wait_for_message("one two three")
    await message.hover()
    await chat.press(message, "Apps")
    item = message.get_by_role("menuitem", name="Count the words")
    await expect(item).to_be_focused()
    await chat.keys("ArrowDown")  # around to the only one
    await expect(item).to_be_focused()
    await chat.keys("Enter")
    answer = await chat.wait_for_message("3 words")
    await expect(answer).to_contain_text("used Count the words")


async def test_what_stands_in_an_embed_alone_is_read_aloud(
    chat: ChatPage, emulator: Emulator
) -> None:
    await chat.send("/note")
    await chat.wait_for_message("a note")
    status = chat.page.locator(".history").get_by_role("status")
    await expect(status).to_have_text("Zoetrope: a note")


async def test_a_select_sends_what_was_picked(chat: ChatPage) -> None:
    message = await make_clip(chat)
    await chat.choose(message, "Pick a flavour", "Chocolate")
    await chat.wait_for_message("picked chocolate")


async def test_a_form_is_prefilled_checked_and_submitted(chat: ChatPage) -> None:
    message = await make_clip(chat)
    await chat.press(message, "Edit")
    await expect(chat.modal).to_contain_text("Edit the clip")
    await expect(chat.modal.get_by_label("Prompt")).to_have_value("a red circle")
    await chat.fill_modal({"Prompt": ""})
    await expect(chat.modal).to_contain_text("This field is required.")
    await chat.fill_modal({"Prompt": "a blue square", "Seed": "12", "Flavour": "Vanilla"})
    await chat.wait_for_message("edited: a blue square / 12 / vanilla")
    await expect(chat.modal).to_be_hidden()


async def test_typing_after_a_press_goes_into_the_box(chat: ChatPage) -> None:
    message = await make_clip(chat)
    await chat.press(message, "Count")
    await chat.page.keyboard.type("hello")
    await expect(chat.box.locator("textarea.plain-input")).to_have_value("hello")


async def test_escape_closes_a_form(chat: ChatPage) -> None:
    message = await make_clip(chat)
    await chat.press(message, "Edit")
    await expect(chat.modal).to_be_visible()
    await chat.keys("Escape")
    await expect(chat.modal).to_be_hidden()
    await expect(chat.page.locator(":focus")).to_have_count(1)


# --- the frame ------------------------------------------------------------------------------------


async def test_members_are_offered_only_their_commands(chat: ChatPage) -> None:
    await chat.speak_as("Ada")
    await chat.type("/settings")
    await expect(chat.suggestions).to_have_count(0)


async def test_a_message_elsewhere_marks_its_channel(
    chat: ChatPage, emulator: Emulator, open_page: OpenPage
) -> None:
    ada = await open_page(emulator.url, user="ada", channel="general")
    await ada.send("anybody here?")
    await expect(chat.page.locator(".channel.unread")).to_have_text("general")
    await chat.open_channel("general")
    await chat.wait_for_message("anybody here?")
    await expect(chat.page.locator(".channel.unread")).to_have_count(0)


async def test_a_link_to_a_message_in_another_channel_leads_there(
    chat: ChatPage, emulator: Emulator, open_page: OpenPage
) -> None:
    ada = await open_page(emulator.url, user="ada", channel="general")
    await ada.send("over here")
    there = await ada.wait_for_message("over here")
    address = f"1/{emulator.world.channel_named('general').id}"
    link = f"https://discord.com/channels/{address}/{await there.get_attribute('data-message-id')}"
    await chat.send(f"/whisper {link} or [this way]({link})")
    answer = await chat.wait_for_message("whispered")
    await expect(answer.get_by_role("button", name="this way")).to_be_visible()
    await chat.press(answer, "#general › 💬")
    await expect(chat.message("over here")).to_be_in_viewport()
    assert chat.page.url.endswith("#general")


async def test_a_command_in_a_text_is_put_into_the_box(chat: ChatPage) -> None:
    await chat.send("/whisper try </clip:1>")
    await chat.press(await chat.wait_for_message("whispered try"), "/clip")
    assert await chat.options() == {"prompt": ""}


async def test_a_thread_is_reached_from_the_message_it_began_with(
    chat: ChatPage, emulator: Emulator, open_page: OpenPage
) -> None:
    await chat.send("the beginning")
    message = await chat.wait_for_message("the beginning")
    starter = emulator.world.find_message(int(await message.get_attribute("data-message-id") or 0))
    assert starter is not None
    thread = emulator.moderation.create_thread(starter.channel, "side story", starter=starter)
    ada = await open_page(emulator.url, user="ada", channel=str(thread.id))
    await ada.send("in the thread")
    await expect(chat.page.locator(".channel.unread")).to_have_text("side story")
    await chat.press(chat.message("the beginning"), "side story")
    await chat.wait_for_message("in the thread")
    await expect(chat.page.get_by_text("This is the start of the thread.")).to_be_visible()
    await expect(chat.page.get_by_role("combobox", name="Message #side story")).to_be_visible()


async def test_the_page_comes_back_after_the_server_was_gone(open_page: OpenPage) -> None:
    async with run_emulator() as first:
        chat = await open_page(first.url)
        await chat.send("before")
        await chat.wait_for_message("before")
    await expect(chat.page.get_by_text("Connection lost")).to_be_visible()
    async with run_emulator(first.port, world=first.world) as second:
        ada = await open_page(second.url, user="ada")
        await ada.send("meanwhile")
        await chat.wait_connected()
        await chat.wait_for_message("meanwhile")
        await expect(chat.messages).to_have_count(2)


async def test_the_page_finds_itself_on_a_server_started_anew(open_page: OpenPage) -> None:
    async with run_emulator() as first:
        chat = await open_page(first.url, user="ada", channel="general")
        await chat.send("before")
        await chat.wait_for_message("before")
    async with run_emulator(first.port):
        await chat.wait_connected()
        await expect(chat.messages).to_have_count(0)
        await chat.send("after")
        message = await chat.wait_for_message("after")
        await expect(message.locator(".author")).to_have_text("Ada")


async def test_a_newcomer_is_offered_something_to_try(open_page: OpenPage) -> None:
    async with run_emulator() as emulator:
        chat = await open_page(emulator.url)
        await expect(chat.page.get_by_text("Welcome to #videos!")).to_be_visible()
        await expect(chat.page.get_by_text("Zoetrope is offline")).to_be_visible()


async def test_a_narrow_window_hides_the_channels_behind_a_button(chat: ChatPage) -> None:
    await chat.page.set_viewport_size({"width": 380, "height": 700})
    sidebar = chat.page.locator(".sidebar")
    await expect(sidebar).to_be_hidden()
    await chat.page.get_by_role("button", name="Show channels").click()
    await expect(sidebar).to_be_visible()
    await chat.open_channel("general")
    await expect(sidebar).to_be_hidden()
    width = await chat.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 380
