"""The clocks and codes of interactions: too late, twice, too large, gone."""

import asyncio
import io

import discord

from bot.emulator.clock import Clock
from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from bot.emulator.shown import Failure
from tests.emulator.bots import Bot, Interaction, online

MINUTES = 60.0


async def test_silence_for_three_seconds_fails_and_a_late_answer_is_10062(
    emulator: Emulator, bot: Bot, you: Human, clock: Clock
) -> None:
    late: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    heard, failed = asyncio.Event(), asyncio.Event()

    @bot.tree.command(description="Sleep")
    async def sleep(interaction: Interaction) -> None:
        heard.set()
        await failed.wait()
        try:
            await interaction.response.send_message("too late")
        except discord.NotFound as error:
            late.set_result(error.code)

    async with online(bot, emulator):
        slept = await you.command("sleep")
        await heard.wait()
        clock.skip(3.1)
        assert await you.answer(slept) == Failure("The application did not respond")
        failed.set()
        assert await late == 10062


async def test_answer_after_the_clock_ran_three_seconds_is_10062(
    emulator: Emulator, bot: Bot, you: Human, clock: Clock
) -> None:
    refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Sleep")
    async def sleep(interaction: Interaction) -> None:
        clock.skip(3.1)
        try:
            await interaction.response.send_message("too late")
        except discord.NotFound as error:
            refused.set_result(error.code)

    async with online(bot, emulator):
        assert isinstance(await you.answer(await you.command("sleep")), Failure)
        assert await refused == 10062


async def test_second_answer_is_40060(emulator: Emulator, bot: Bot, you: Human) -> None:
    refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Twice")
    async def twice(interaction: Interaction) -> None:
        await interaction.response.send_message("once")
        # what a second process with the same token would send
        again = discord.InteractionResponse(interaction)
        try:
            await again.send_message("twice")
        except discord.HTTPException as error:
            refused.set_result(error.code)

    async with online(bot, emulator):
        await you.command("twice")
        assert await refused == 40060


async def test_token_dies_after_fifteen_minutes_and_the_channel_route_works_on(
    emulator: Emulator, bot: Bot, you: Human, clock: Clock
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Long")
    async def long(interaction: Interaction) -> None:
        await interaction.response.send_message("working")
        original = await interaction.original_response()
        clock.skip(14 * MINUTES)
        await interaction.edit_original_response(content="still working")
        clock.skip(1 * MINUTES + 1)
        try:
            await interaction.edit_original_response(content="done")
        except discord.HTTPException as error:
            outcome.set_result(error.code)
        assert interaction.channel_id is not None
        channel = bot.get_partial_messageable(interaction.channel_id)
        await channel.get_partial_message(original.id).edit(content="done after all")

    async with online(bot, emulator):
        await you.command("long")
        assert await outcome == 50027
        await you.wait_for(lambda message: message.content == "done after all")


async def test_ephemeral_message_is_unknown_to_the_channel_route(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Whisper")
    async def whisper(interaction: Interaction) -> None:
        response = await interaction.response.send_message("secret", ephemeral=True)
        assert interaction.channel_id is not None
        assert response.message_id is not None
        channel = bot.get_partial_messageable(interaction.channel_id)
        try:
            await channel.get_partial_message(response.message_id).edit(content="changed")
        except discord.NotFound as error:
            outcome.set_result(error.code)

    async with online(bot, emulator):
        await you.command("whisper")
        assert await outcome == 10008


async def test_edit_of_a_deleted_original_is_10008(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Gone")
    async def gone(interaction: Interaction) -> None:
        await interaction.response.send_message("here")
        await interaction.delete_original_response()
        try:
            await interaction.edit_original_response(content="there")
        except discord.NotFound as error:
            outcome.set_result(error.code)

    async with online(bot, emulator):
        await you.command("gone")
        assert await outcome == 10008


async def test_followup_before_the_first_answer_is_10015(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Hasty")
    async def hasty(interaction: Interaction) -> None:
        try:
            await interaction.followup.send("too early")
        except discord.NotFound as error:
            outcome.set_result(error.code)
        await interaction.response.send_message("now")

    async with online(bot, emulator):
        await you.reply(await you.command("hasty"))
        assert await outcome == 10015


async def test_token_and_message_id_are_enough_after_a_restart(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Defer")
    async def defer(interaction: Interaction) -> None:
        deferred = await interaction.response.defer()
        assert deferred is not None
        assert deferred.message_id is not None
        webhook = discord.Webhook.partial(interaction.application_id, interaction.token, client=bot)
        await webhook.edit_message(deferred.message_id, content="recovered")

    async with online(bot, emulator):
        assert (await you.reply(await you.command("defer"))).content == "recovered"


async def test_file_above_the_limit_is_413(emulator: Emulator, bot: Bot, you: Human) -> None:
    size = 10 * 1024 * 1024 + 1
    outcome: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Large")
    async def large(interaction: Interaction) -> None:
        await interaction.response.defer()
        try:
            await interaction.edit_original_response(
                attachments=[discord.File(io.BytesIO(bytes(size)), "large.mp4")]
            )
        except discord.HTTPException as error:
            outcome.set_result((error.status, error.code))

    async with online(bot, emulator):
        await you.command("large")
        assert await outcome == (413, 40005)
