"""Everybody meets the bot in the language of their own Discord client."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.emulator import effects, errors
from bot.emulator.driver import Human
from bot.emulator.faults import Fault
from bot.errors import StoreError
from bot.explainer.topics import TOPICS
from bot.i18n import LANGUAGES, _, name_of, speaking
from bot.jobs.dispatcher import Dispatcher
from bot.texts import refusals, wishes
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, finished, job_id, refusal, status_says

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOCALES = {
    "de": "de",
    "es-ES": "es",
    "es-419": "es",
    "fr": "fr",
    "hi": "hi",
    "ja": "ja",
    "pt-BR": "pt_BR",
}


@pytest_asyncio.fixture(loop_scope="session")
async def ada(ada: Human) -> AsyncGenerator[Human]:
    """A member whose client is German, for one test."""
    await ada.speak("de")
    yield ada
    await ada.speak("en-US")


def in_german(message: str) -> str:
    with speaking("de"):
        return _(message)


def described(commands: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield commands, subcommands and options."""
    for each in commands:
        yield each
        yield from described(each.get("options", []))


def shown(each: dict[str, Any], field: str, locale: str) -> str:
    """Return what a client in that language shows."""
    return each.get(f"{field}_localizations", {}).get(locale, each[field])


async def test_a_translation_that_discord_refuses_keeps_no_bot_from_starting(
    tmp_path: Path,
) -> None:
    """Which names it takes in Hindi or Japanese is known only by its own word."""
    refused = errors.invalid([0, "name_localizations", "hi"], "INVALID_NAME", "Invalid")
    fault = Fault(
        name="refused",
        effect=effects.refusal(refused),
        method="PUT",
        path="/applications/*/commands",
    )
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        emulator.faults.add(fault)
        async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
            assert emulator.faults.counts["refused"] == 1
            names = {each["name"]: each.get("name_localizations") for each in you.commands}
            assert "video" in names
            assert not any(names.values())


async def test_discord_has_every_command_in_every_language(you: Human) -> None:
    assert set(_LOCALES.values()) == LANGUAGES.keys() - {"en"}
    for each in described([command for command in you.commands if command["type"] == 1]):
        for locale, language in _LOCALES.items():
            with speaking(language):
                name, description = name_of(each["name"]), _(each["description"])
            assert shown(each, "name", locale) == name
            assert shown(each, "description", locale) == description


async def test_what_goes_wrong_on_our_side_is_said_in_the_language_of_the_client(
    ada: Human, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("the disk is on fire")

    monkeypatch.setattr(Dispatcher, "unfinished_of", fail)
    said = await refusal(ada, await ada.command("queue"))
    assert said == in_german(refusals.NOT_STORED)
    assert said != refusals.NOT_STORED


async def test_each_member_is_refused_in_the_language_of_their_client(
    you: Human, ada: Human
) -> None:
    for member, expected in (
        (you, wishes.PROMPT_EMPTY),
        (ada, in_german(wishes.PROMPT_EMPTY)),
    ):
        said = await refusal(member, await member.command("video", prompt="   "))
        assert said.startswith(expected)


async def test_a_video_speaks_the_language_of_whoever_asked_for_it(you: Human, ada: Human) -> None:
    status = await ask(ada, "a red circle", **QUICK)
    clip = await ada.wait_for(
        lambda message: f"#{job_id(status)}" in message.content and bool(message.attachments)
    )
    assert in_german("Vary") in clip.buttons
    assert in_german("How it works") in clip.buttons
    another = await you.reply(await you.click(clip, in_german("Vary")))
    assert "Vary" in (await finished(you, another)).buttons


async def test_the_lesson_is_told_in_the_readers_language(ada: Human) -> None:
    page = await ada.reply(await ada.command("explain", topic="gan", private=True))
    assert in_german(TOPICS["gan"].title) in page.text
    await ada.click(page, in_german("For a class"))
    await status_says(ada, page, "JSD(p ‖ q)")
    (picture,) = page.attachments
    assert picture.description == in_german(TOPICS["gan"].alt_text)
