"""Bad input: refused with a reason, privately, and nothing breaks."""

from typing import Any

import pytest

from bot.emulator.driver import Human, Refused
from bot.emulator.entities import Command
from bot.emulator.server import Emulator
from tests.end_to_end.stories import QUICK, ask, finished, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prompt": "   "}, "prompt is empty"),
        ({"size": "127x131"}, "The nearest size it can make is"),
        ({"size": "9999x16"}, "The nearest size it can make is"),
        ({"size": "huge"}, "is not a size"),
        ({"frames": 1999}, "`frames` must be between 1 and"),
        ({"seconds": 59.0}, "up to 2 s"),
        ({"steps": 199}, "`steps` must be between 2 and"),
        ({"model": "sora"}, "Available: builtin, modelscope"),
        ({"model": "modelscope"}, "needs a GPU"),
    ],
)
async def test_the_bot_says_what_is_wrong_and_what_works(
    you: Human, options: dict[str, Any], words: str
) -> None:
    interaction = await you.command("video", **{"prompt": "a red circle", **options})
    assert words in await refusal(you, interaction)


async def test_a_command_of_another_version_is_refused_in_words(
    emulator: Emulator, you: Human
) -> None:
    old = Command(emulator.world.new_id(), None, 1, {"name": "film", "description": "Once"})
    commands = emulator.world.application.commands
    commands[old.id] = old
    try:
        asked = await you.command("film")
        assert "belongs to another version of the bot" in await refusal(you, asked)
    finally:
        del commands[old.id]


@pytest.mark.parametrize(
    "options",
    [
        {"prompt": ""},
        {"prompt": "x" * 6000},
        {"prompt": "a red circle", "seed": -1},
        {"prompt": "a red circle", "frames": 0},
        {"prompt": "a red circle", "frames": 10**9},
        {"prompt": "a red circle", "steps": "many"},
    ],
)
async def test_discords_own_client_does_not_send_what_the_command_forbids(
    you: Human, options: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as caught:
        await you.command("video", **options)
    assert caught.value.errors


async def test_the_bot_works_on_after_all_that(you: Human) -> None:
    assert (await finished(you, await ask(you, "a red circle", **QUICK))).attachments
