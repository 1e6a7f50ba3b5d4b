"""Sessions: ready, refused, dropped, resumed, replayed, invalidated."""

import asyncio

import aiohttp
import discord
import pytest

from bot.emulator.clock import Clock
from bot.emulator.driver import Human
from bot.emulator.faults import EventFault
from bot.emulator.server import Emulator
from tests.emulator.bots import Bot, Interaction, online


async def test_client_gets_ready_with_its_guild(emulator: Emulator, bot: Bot) -> None:
    async with online(bot, emulator):
        assert bot.user is not None
        assert bot.user.id == emulator.world.bot.id
        guild = bot.guilds[0]
        assert guild.name == "Zoetrope demo"
        assert [channel.name for channel in guild.text_channels] == ["general", "videos"]
        permissions = guild.me.guild_permissions
        assert permissions.attach_files
        assert not permissions.manage_messages


async def test_bad_token_fails_to_log_in(emulator: Emulator, bot: Bot) -> None:
    async with bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("another-token")


async def test_bad_token_at_the_gateway_closes_with_4004(emulator: Emulator, bot: Bot) -> None:
    async with bot:
        await bot.login(emulator.token)
        bot.http.token = "another-token"
        with pytest.raises(discord.ConnectionClosed) as closed:
            await bot.connect()
    assert closed.value.code == 4004


async def test_privileged_intents_must_be_granted(emulator: Emulator) -> None:
    bot = Bot(intents=discord.Intents(guilds=True, message_content=True))
    async with bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(emulator.token)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4002),
        ("[]", 4002),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 2, "d": {"token": "demo-token", "intents": -1}}', 4013),
        ('{"op": 2, "d": {"token": "demo-token", "shard": [1, 1]}}', 4010),
        ('{"op": 6, "d": {"token": "another-token"}}', 4004),
    ],
)
async def test_bad_frame_closes_with_its_code(emulator: Emulator, frame: str, code: int) -> None:
    async with (
        aiohttp.ClientSession(emulator.url) as session,
        session.ws_connect("/gateway/?v=10&encoding=json") as socket,
    ):
        assert (await socket.receive_json())["op"] == 10
        await socket.send_str(frame)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == code


async def test_people_see_the_bot_come_and_go(emulator: Emulator, bot: Bot, you: Human) -> None:
    assert not you.bot_online

    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None:
        await interaction.response.send_message("pong")

    async with online(bot, emulator):
        await you.wait_bot_online()
    await you.wait_bot_offline()


async def test_dropped_socket_resumes_and_replays_what_was_missed(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None:
        await interaction.response.send_message("pong")

    async with online(bot, emulator):
        await emulator.gateway.drop()
        interaction = await you.command("ping")
        assert (await you.reply(interaction)).content == "pong"
        await asyncio.wait_for(bot.resumed.wait(), 10)
        assert bot.connects == 1


async def test_client_asked_to_reconnect_resumes(emulator: Emulator, bot: Bot) -> None:
    async with online(bot, emulator):
        emulator.gateway.ask_to_reconnect()
        await asyncio.wait_for(bot.resumed.wait(), 10)
        assert bot.connects == 1


async def test_invalid_session_makes_the_client_identify_again(
    emulator: Emulator, bot: Bot
) -> None:
    async with online(bot, emulator):
        again = asyncio.create_task(bot.wait_for("connect"))
        await asyncio.sleep(0)
        emulator.gateway.invalidate_sessions()
        await asyncio.wait_for(again, 10)
        assert not bot.resumed.is_set()


async def test_invalid_session_that_is_resumable_is_resumed(emulator: Emulator, bot: Bot) -> None:
    async with online(bot, emulator):
        emulator.gateway.invalidate_sessions(resumable=True)
        await asyncio.wait_for(bot.resumed.wait(), 10)
        assert bot.connects == 1


async def test_broken_connection_is_resumed(emulator: Emulator, bot: Bot) -> None:
    async with online(bot, emulator):
        emulator.gateway.break_off()
        await asyncio.wait_for(bot.resumed.wait(), 10)
        assert bot.connects == 1


async def test_session_closed_with_1000_is_not_resumed(emulator: Emulator, bot: Bot) -> None:
    async with online(bot, emulator):
        again = asyncio.create_task(bot.wait_for("connect"))
        await asyncio.sleep(0)
        await emulator.gateway.drop(1000)
        await asyncio.wait_for(again, 10)
        assert not bot.resumed.is_set()


async def test_session_is_forgotten_after_some_minutes(
    emulator: Emulator, bot: Bot, clock: Clock
) -> None:
    async with online(bot, emulator):
        again = asyncio.create_task(bot.wait_for("connect"))
        await asyncio.sleep(0)
        await emulator.gateway.drop()
        clock.skip(400)
        await asyncio.wait_for(again, 10)
        assert not bot.resumed.is_set()


async def test_guild_is_unavailable_for_a_while(emulator: Emulator, bot: Bot) -> None:
    guild = next(iter(emulator.world.guilds.values()))
    async with online(bot, emulator):
        for change in (emulator.gateway.lose_guild, emulator.gateway.restore_guild):
            event = "guild_unavailable" if bot.guilds[0].unavailable is False else "guild_available"
            told = asyncio.create_task(bot.wait_for(event))
            await asyncio.sleep(0)
            change(guild)
            await told


async def test_gateway_that_accepts_nobody_is_tried_again(emulator: Emulator, bot: Bot) -> None:
    """The client pauses for a random part of two seconds, so that this is the slowest test here."""
    async with online(bot, emulator):
        emulator.gateway.accepts_connections = False
        await emulator.gateway.drop()
        await emulator.faults.happened("gateway refused a connection")
        emulator.gateway.accepts_connections = True
        await asyncio.wait_for(bot.resumed.wait(), 30)


async def test_held_events_come_late_and_in_order(emulator: Emulator, bot: Bot, you: Human) -> None:
    seen = pongs(bot)
    async with online(bot, emulator):
        emulator.gateway.hold_events()
        first, second = [await you.command("ping") for _ in range(2)]
        emulator.gateway.release_events()
        await you.reply(second)
    assert seen == [first, second]


async def test_held_events_are_replayed_when_the_client_resumes(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    seen = pongs(bot)
    async with online(bot, emulator):
        emulator.gateway.hold_events()
        missed = await you.command("ping")
        assert seen == []
        await emulator.gateway.drop()
        await you.reply(missed)
        await you.reply(await you.command("ping"))
    assert seen[0] == missed
    assert len(seen) == 2


async def test_event_is_delivered_twice(emulator: Emulator, bot: Bot, you: Human) -> None:
    seen = pongs(bot)
    async with online(bot, emulator):
        emulator.faults.add(EventFault(name="twice"))
        doubled = await you.command("ping")
        await you.reply(doubled)
        after = await you.command("ping")
        await you.reply(after)
    assert seen == [doubled, doubled, after]
    assert emulator.faults.counts == {"twice": 1}


async def test_event_is_lost_for_good(emulator: Emulator, bot: Bot, you: Human) -> None:
    seen = pongs(bot)
    async with online(bot, emulator):
        emulator.faults.add(EventFault(name="lost", copies=0))
        await you.command("ping")
        heard = await you.command("ping")
        await you.reply(heard)
    assert seen == [heard]


def pongs(bot: Bot) -> list[str]:
    """Give the bot a /ping; the interactions that reach it, each answered, if only once."""
    seen: list[str] = []

    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None:
        seen.append(str(interaction.id))
        if seen.count(str(interaction.id)) == 1:
            await interaction.response.send_message("pong")

    return seen
