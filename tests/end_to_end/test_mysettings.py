"""/mysettings: a member's own choices, in effect for the next video and after a restart."""

from pathlib import Path

import pytest

from bot.emulator import components
from bot.emulator.driver import Human
from bot.emulator.shown import Message
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import ask, finished, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def page_says(human: Human, page: Message, words: str) -> Message:
    """Wait until a page has said these words."""
    return await human.wait_for(lambda message: message.id == page.id and words in message.text)


def chosen(message: Message, field: str) -> list[str]:
    """Return what a menu has as chosen."""
    menu = components.find(message.components, f"v1:my-choose:{field}")
    assert menu is not None
    return [option["value"] for option in menu["options"] if option.get("default")]


async def test_my_settings_are_kept_shown_and_used_by_the_next_video(you: Human) -> None:
    mine = await you.reply(await you.command("mysettings"))
    assert mine.ephemeral
    await you.select(mine, "v1:my-choose:quality", "draft")
    await page_says(you, mine, "Saved.")
    form = await you.modal(await you.click(mine, "Length and negative prompt"))
    await you.submit(form, {"seconds": "1,5", "negative_prompt": ""})
    await page_says(you, mine, "Length: 1.5 s")
    await you.select(mine, "v1:my-choose:switches", "spoiler")
    status = await ask(you, "a red circle")
    result = await finished(you, status)
    assert result.attachments[0].filename.startswith("SPOILER_")
    shown = await you.reply(await you.command("mysettings"))
    assert chosen(shown, "quality") == ["draft"]
    assert chosen(shown, "switches") == ["spoiler"]
    await you.click(shown, "Reset everything")
    reset = await page_says(you, shown, "Everything is as usual again.")
    assert chosen(reset, "quality") == ["-"]


async def test_my_settings_take_only_what_there_is(you: Human) -> None:
    refused = await refusal(you, await you.command("mysettings", model="sora"))
    assert "Available: builtin" in refused
    mine = await you.reply(await you.command("mysettings", model="builtin"))
    assert chosen(mine, "model") == ["builtin"]
    form = await you.modal(await you.click(mine, "Length and negative prompt"))
    interaction = await you.submit(form, {"seconds": "soon", "negative_prompt": ""})
    assert "you wrote `soon`" in await refusal(you, interaction)
    form = await you.modal(await you.click(mine, "Length and negative prompt"))
    interaction = await you.submit(form, {"seconds": "600", "negative_prompt": ""})
    assert "must be between" in await refusal(you, interaction)
    await you.click(mine, "Reset everything")
    await page_says(you, mine, "Everything is as usual again.")


async def test_my_language_is_spoken_at_once(ada: Human) -> None:
    mine = await ada.reply(await ada.command("mysettings"))
    await ada.select(mine, "v1:my-choose:language", "de")
    german = await ada.wait_for(lambda m: m.id == mine.id and chosen(m, "language") == ["de"])
    reset = next(b for b in german.buttons.values() if b["custom_id"] == "v1:my-reset:")
    await ada.click(german, reset["custom_id"])
    await ada.wait_for(lambda m: m.id == mine.id and chosen(m, "language") == ["-"])


async def test_my_settings_outlive_a_restart(tmp_path: Path) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = bot_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            mine = await you.reply(await you.command("mysettings"))
            await you.select(mine, "v1:my-choose:aspect", "1:1")
            await page_says(you, mine, "Saved.")
        await you.wait_bot_offline()
        async with running_bot(settings, you, plain=True):
            # the page of before works on
            await you.select(mine, "v1:my-choose:quality", "draft")
            kept = await you.wait_for(
                lambda message: message.id == mine.id and chosen(message, "quality") == ["draft"]
            )
            assert chosen(kept, "aspect") == ["1:1"]
