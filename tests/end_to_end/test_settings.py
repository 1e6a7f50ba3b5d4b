"""/settings: for managers, kept, and in effect for the next clip."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bot.emulator.driver import Human, Refused
from bot.emulator.server import Emulator
from tests.end_to_end.stories import QUICK, ask, finished, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def forgotten_afterwards(you: Human) -> AsyncGenerator[None]:
    yield
    await you.reply(await you.command("settings set", reset=True))


async def test_a_setting_is_shown_and_used_by_the_next_clip(you: Human) -> None:
    before = await you.reply(await you.command("settings show"))
    assert before.ephemeral
    assert "default" in before.text
    after = await you.reply(await you.command("settings set", model="builtin", steps=3))
    assert "set here" in after.text
    shown = await you.reply(await you.command("settings show"))
    assert "3\n-# set here" in shown.text
    status = await ask(you, "a red circle")
    assert "3 steps" in status.content
    await finished(you, status)


async def test_settings_the_model_cannot_meet_are_refused(you: Human) -> None:
    answers = {
        "nearest size": {"size": "100x100"},
        "Available: builtin": {"model": "sora"},
        "needs a GPU": {"model": "modelscope"},
        "must be between": {"steps": 150},
        "at most": {"seconds": 50.0},
        "Nothing was given": {},
    }
    for words, options in answers.items():
        assert words in await refusal(you, await you.command("settings set", **options))


async def test_an_ordinary_member_does_not_get_at_the_settings(ada: Human) -> None:
    with pytest.raises(Refused):
        await ada.command("settings show")


async def test_a_blocked_word_is_refused_and_a_word_that_contains_it_is_not(
    you: Human, ada: Human
) -> None:
    shown = await you.reply(await you.command("settings block", word="Ass"))
    assert "||ass||" in shown.text
    refused = await refusal(ada, await ada.command("video", prompt="an ASS on a meadow"))
    assert "does not allow “ass”" in refused
    result = await finished(ada, await ask(ada, "a meadow of grass", **QUICK))
    values = {"prompt": "an ass", "negative": "", "seed": "1", "steps": "2"}
    form = await ada.modal(await ada.click(result, "Edit & rerun"))
    assert "does not allow “ass”" in await refusal(ada, await ada.submit(form, values))
    offered = await you.choices("settings unblock", focused="word", word="a")
    assert [choice["value"] for choice in offered] == ["ass"]
    await you.reply(await you.command("settings unblock", word="ass"))
    assert (await finished(ada, await ask(ada, "an ass on a meadow", **QUICK))).attachments


async def test_a_role_decides_who_makes_videos(emulator: Emulator, you: Human, ada: Human) -> None:
    (guild,) = emulator.world.guilds.values()
    (role,) = [role for role in guild.roles.values() if role.name == "Manager"]
    await you.reply(await you.command("settings set", role=str(role.id)))
    assert "only members with the role" in await refusal(
        ada, await ada.command("video", prompt="a red circle")
    )
    assert (await finished(you, await ask(you, "a red circle", **QUICK))).attachments
