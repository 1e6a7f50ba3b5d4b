"""What moderators and members do to the places the bot writes to, and how the bot hears of it."""

import asyncio
import io
from collections.abc import Awaitable

import discord
import pytest

from bot.emulator.driver import Human, Refused
from bot.emulator.entities import Channel, Guild
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from tests.emulator.bots import Bot, Interaction, online


@pytest.fixture
def channel(emulator: Emulator) -> Channel:
    return emulator.world.channel_named("videos")


@pytest.fixture
def guild(emulator: Emulator) -> Guild:
    return next(iter(emulator.world.guilds.values()))


async def refused(act: Awaitable[object]) -> int:
    """The code with which Discord refuses."""
    with pytest.raises(discord.HTTPException) as refusal:
        await act
    return refusal.value.code


async def test_deleted_channel_is_gone_for_the_bot_and_for_tokens(
    emulator: Emulator, bot: Bot, you: Human, channel: Channel
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    answered = asyncio.Event()

    @bot.tree.command(description="Wait")
    async def wait(interaction: Interaction) -> None:
        deleted = asyncio.create_task(bot.wait_for("guild_channel_delete"))
        await interaction.response.send_message("waiting")
        answered.set()
        await deleted
        outcome.set_result(await refused(interaction.edit_original_response(content="done")))

    async with online(bot, emulator):
        await you.command("wait")
        await answered.wait()
        emulator.moderation.delete_channel(channel)
        assert await outcome == 10003
        assert bot.get_channel(channel.id) is None
        assert await refused(bot.get_partial_messageable(channel.id).send("hello")) == 10003


async def test_moderator_deletes_a_message_of_the_bot_and_a_member_cannot(
    emulator: Emulator, bot: Bot, you: Human, ada: Human, channel: Channel
) -> None:
    async with online(bot, emulator):
        sent = await bot.get_partial_messageable(channel.id).send("hello")
        shown = await you.wait_for(lambda message: message.content == "hello")
        with pytest.raises(Refused):
            await ada.delete(shown)
        await you.delete(shown)
        await ada.wait_deleted(shown.id)
        assert await refused(sent.edit(content="still here")) == 10008
    assert emulator.faults.counts == {"message deleted": 1}


async def test_exception_for_the_bot_is_told_and_taken_back(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    async with online(bot, emulator):
        target = await bot.fetch_channel(channel.id)
        assert isinstance(target, discord.TextChannel)
        told = asyncio.create_task(bot.wait_for("guild_channel_update"))
        await asyncio.sleep(0)
        myself = emulator.world.bot
        emulator.moderation.set_overwrite(channel, myself, deny=Permission.SEND_MESSAGES)
        _, after = await told
        assert not after.permissions_for(after.guild.me).send_messages
        assert await refused(target.send("hello")) == 50013
        emulator.moderation.set_overwrite(channel, myself)
        await target.send("hello")


async def test_role_of_the_bot_loses_a_permission(
    emulator: Emulator, bot: Bot, channel: Channel, guild: Guild
) -> None:
    async with online(bot, emulator):
        told = asyncio.create_task(bot.wait_for("guild_role_update"))
        await asyncio.sleep(0)
        for role in guild.roles.values():
            granted = role.permissions & ~Permission.ATTACH_FILES
            emulator.moderation.set_role_permissions(guild, role, granted)
        await told
        target = bot.get_partial_messageable(channel.id)
        await target.send("hello")
        assert await refused(target.send(file=discord.File(io.BytesIO(b"data"), "a.txt"))) == 50013


async def test_bot_that_was_removed_has_no_access_until_it_is_invited_again(
    emulator: Emulator, bot: Bot, channel: Channel, guild: Guild
) -> None:
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        removed = asyncio.create_task(bot.wait_for("guild_remove"))
        await asyncio.sleep(0)
        emulator.moderation.remove_bot(guild)
        await removed
        assert not bot.guilds
        assert await refused(target.send("hello")) == 50001
        invited = asyncio.create_task(bot.wait_for("guild_join"))
        await asyncio.sleep(0)
        emulator.moderation.invite_bot(guild)
        await invited
        await target.send("hello")


async def test_boosts_change_the_upload_limit(emulator: Emulator, bot: Bot, guild: Guild) -> None:
    async with online(bot, emulator):
        assert bot.guilds[0].filesize_limit == 10 * 1024 * 1024
        told = asyncio.create_task(bot.wait_for("guild_update"))
        await asyncio.sleep(0)
        emulator.moderation.set_premium_tier(guild, 2)
        _, after = await told
        assert after.filesize_limit == guild.upload_limit == 50 * 1024 * 1024


async def test_slow_mode_does_not_hold_a_bot_back(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    async with online(bot, emulator):
        emulator.moderation.set_slow_mode(channel, 600)
        target = await bot.fetch_channel(channel.id)
        assert isinstance(target, discord.TextChannel)
        assert target.slowmode_delay == 600
        for _ in range(2):
            await target.send("hello")


async def test_command_is_used_in_a_thread(emulator: Emulator, bot: Bot, channel: Channel) -> None:
    seen: list[Interaction] = []

    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("pong")

    emulator.moderation.create_thread(channel, "clips")
    async with online(bot, emulator), Human.connect(emulator.url, channel="clips") as you:
        assert (await you.reply(await you.command("ping"))).content == "pong"
    thread = seen[0].channel
    assert isinstance(thread, discord.Thread)
    assert thread.parent_id == channel.id
    assert seen[0].app_permissions.send_messages_in_threads


async def test_archived_thread_takes_no_edit_and_a_message_brings_it_back(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    thread = emulator.moderation.create_thread(channel, "clips")
    async with online(bot, emulator):
        target = bot.get_partial_messageable(thread.id)
        sent = await target.send("one")
        emulator.moderation.archive(thread)
        assert await refused(sent.edit(content="two")) == 50083
        await target.send("three")
        assert not thread.archived
        await sent.edit(content="four")


async def test_archived_thread_is_brought_back_on_demand(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    thread = emulator.moderation.create_thread(channel, "clips")
    async with online(bot, emulator):
        emulator.moderation.archive(thread)
        found = await bot.fetch_channel(thread.id)
        assert isinstance(found, discord.Thread)
        assert found.archived
        assert not (await found.edit(archived=False)).archived
        emulator.moderation.archive(thread, locked=True)
        assert await refused(found.edit(archived=False)) == 50013


async def test_locked_thread_takes_no_message(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    thread = emulator.moderation.create_thread(channel, "clips")
    async with online(bot, emulator):
        target = bot.get_partial_messageable(thread.id)
        sent = await target.send("one")
        emulator.moderation.archive(thread, locked=True)
        assert await refused(target.send("two")) == 50083
        emulator.moderation.unarchive(thread)
        assert await refused(target.send("two")) == 160005
        assert await refused(sent.edit(content="two")) == 160005


async def test_thread_goes_with_its_channel(emulator: Emulator, bot: Bot, channel: Channel) -> None:
    thread = emulator.moderation.create_thread(channel, "clips")
    async with online(bot, emulator):
        emulator.moderation.delete_channel(channel)
        assert await refused(bot.get_partial_messageable(thread.id).send("hello")) == 10003


async def test_stranger_cannot_be_written_to(
    emulator: Emulator, bot: Bot, ada: Human, guild: Guild
) -> None:
    user = emulator.world.users[int(ada.id)]
    user.has_installed = False
    async with online(bot, emulator):
        known = await bot.fetch_user(user.id)
        await known.send("hello")
        emulator.moderation.remove_bot(guild)
        assert await refused(known.send("hello again")) == 50278
        user.has_installed = True
        await known.send("hello after all")
