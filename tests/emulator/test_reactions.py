"""Reactions: counted for all, the bot's own by permission, told to bots that asked for them."""

import asyncio

import discord
import pytest

from bot.emulator.driver import Human
from bot.emulator.entities import Overwrite
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from tests.emulator.bots import Bot, online


def counts(reactions: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(reaction["emoji"], reaction["count"]) for reaction in reactions]


async def test_reactions_are_counted_and_taken_back(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    thumb = {"id": None, "name": "👍"}
    async with online(bot, emulator):
        channel = bot.get_partial_messageable(emulator.world.channel_named("videos").id)
        sent = await channel.send("one")
        for _ in range(2):  # the second is no other
            await sent.add_reaction("👍")
        mine = await you.wait_for(lambda message: counts(message.reactions) == [(thumb, 1)])
        await you.react(mine, "👍")
        await you.wait_for(lambda message: counts(message.reactions) == [(thumb, 2)])
        fetched = await channel.fetch_message(sent.id)
        assert [(each.emoji, each.count, each.me) for each in fetched.reactions] == [
            ("👍", 2, True)
        ]
        await you.react(mine, "👍")
        assert bot.user is not None
        await fetched.remove_reaction("👍", bot.user)
        assert not (await channel.fetch_message(sent.id)).reactions


async def test_who_is_the_first_with_an_emoji_needs_a_permission(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    channel = emulator.world.channel_named("videos")
    channel.overwrites.append(
        Overwrite(emulator.world.bot.id, is_member=True, deny=Permission.ADD_REACTIONS)
    )
    async with online(bot, emulator):
        sent = await bot.get_partial_messageable(channel.id).send("one")
        with pytest.raises(discord.Forbidden) as refused:
            await sent.add_reaction("👍")
        assert refused.value.code == 50013
        await you.react(await you.wait_for(lambda message: message.content == "one"), "👍")
        await sent.add_reaction("👍")
        with pytest.raises(discord.HTTPException) as unknown:
            await sent.add_reaction("thumb")
        assert unknown.value.code == 10014


async def test_a_bot_that_asked_for_reactions_is_told_of_them(
    emulator: Emulator, you: Human
) -> None:
    bot = Bot(intents=discord.Intents(guilds=True, guild_reactions=True))
    told = asyncio.get_running_loop().create_future()

    async def on_raw_reaction_add(event: discord.RawReactionActionEvent) -> None:
        told.set_result((event.user_id, event.emoji.name, event.message_author_id))

    bot.on_raw_reaction_add = on_raw_reaction_add  # pyright: ignore[reportAttributeAccessIssue]
    async with online(bot, emulator):
        said = await you.say("look")
        await you.react(said, "👍")
        async with asyncio.timeout(10):
            assert await told == (int(you.id), "👍", int(you.id))
