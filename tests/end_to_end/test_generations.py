"""A clip's buttons: on clips made from clips, before and after a restart, for the right people."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.emulator.driver import Human
from bot.emulator.entities import Member
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.end_to_end.able import able_settings
from tests.end_to_end.stack import local_discord, running_bot
from tests.end_to_end.stories import ask, finished, job_id

_DRAFT = {"steps": 2}
_MORE = ["Vary", "Edit & rerun", "Same seed, higher quality", "Extend", "Upscale", "Smoother"]
_ABOUT = ["Info", "How it works", "Share", "DM", "Delete"]


class People:
    """Who looks at the same channel: an author, a stranger and a moderator."""

    def __init__(self, ada: Human, bo: Human, you: Human) -> None:
        self.author, self.stranger, self.moderator = ada, bo, you


@asynccontextmanager
async def people(emulator: Emulator) -> AsyncGenerator[People]:
    world = emulator.world
    guild = next(iter(world.guilds.values()))
    stranger = world.add_user("bo", "Bo", "#99aab5")
    guild.members[stranger.id] = Member(stranger)
    async with (
        Human.connect(emulator.url, username="ada") as ada,
        Human.connect(emulator.url, username="bo") as bo,
        Human.connect(emulator.url) as you,
    ):
        yield People(ada, bo, you)


async def seen(human: Human, message: Message) -> Message:
    return await human.wait_for(lambda other: other.id == message.id)


async def press(human: Human, clip: Message, button: str) -> Message:
    return await human.reply(await human.click(await seen(human, clip), button))


async def check_every_button(clip: Message, who: People) -> None:
    """Press all but Delete, as a stranger, who may make more of it and look at it."""
    stranger, name = who.stranger, job_id(clip)
    children = {
        "Vary": "variation of",
        "Same seed, higher quality": "in higher quality",
        "Extend": "goes on from",
        "Upscale": "made larger",
        "Smoother": "made smoother",
    }
    for button in children.keys() & clip.buttons.keys():
        child = await press(stranger, clip, button)
        assert children[button] in child.content
        assert f"[**#{name}**](https://discord.com/channels/" in child.content
        assert [mention.id for mention in (await finished(stranger, child)).mentions] == [
            stranger.id
        ]
    form = await stranger.modal(await stranger.click(await seen(stranger, clip), "Edit & rerun"))
    assert name in form.title
    info = await press(stranger, clip, "Info")
    assert info.ephemeral
    is_alone = "Same seed, higher quality" in clip.buttons
    assert ("/video prompt:" in info.text) == is_alone  # no command makes one that was extended
    assert (await press(stranger, clip, "How it works")).ephemeral
    assert "in your direct messages" in (await press(stranger, clip, "DM")).content
    for button in ("Share", "Delete"):
        assert "Only the person who asked" in (await press(stranger, clip, button)).content


async def test_every_button_works_on_three_generations_before_and_after_a_restart(
    tmp_path: Path,
) -> None:
    async with local_discord() as emulator, people(emulator) as who:
        settings = await able_settings(emulator, tmp_path)
        async with running_bot(settings, who.moderator, plain=True):
            first = await finished(who.author, await ask(who.author, "a red circle", **_DRAFT))
            assert list(first.buttons) == [*_MORE, *_ABOUT]
            second = await finished(who.moderator, await press(who.moderator, first, "Vary"))
            third = await finished(who.author, await press(who.author, second, "Extend"))
            assert list(third.buttons) == [*_MORE[:2], *_MORE[3:], *_ABOUT]
            emulator.clock.skip(3)  # the same press again is meant from here on
            for clip in (first, second, third):
                await check_every_button(clip, who)
        await who.moderator.wait_bot_offline()
        async with running_bot(settings, who.moderator, plain=True):
            for clip in (first, second, third):
                await check_every_button(clip, who)
            for clip in (first, second):
                await who.moderator.click(await seen(who.moderator, clip), "Delete")
                await who.moderator.wait_deleted(clip.id)
            # what was made from what is gone by now goes on
            child = await press(who.author, third, "Vary")
            assert (await finished(who.author, child)).attachments
            await who.author.click(third, "Delete")
            await who.author.wait_deleted(third.id)
