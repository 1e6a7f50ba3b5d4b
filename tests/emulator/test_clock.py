"""The clock: timers follow it, and a bot in the present meets interactions of the past."""

import asyncio
from datetime import timedelta

import discord
import pytest

from bot.emulator.clock import Clock
from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from tests.emulator.bots import Bot, Interaction, online

MINUTE = 60.0


async def test_timers_ring_when_their_time_was_skipped_and_no_sooner() -> None:
    clock = Clock()
    rang: asyncio.Queue[str] = asyncio.Queue()
    clock.call_later(900, rang.put_nowait, "fifteen minutes")
    clock.call_later(3, rang.put_nowait, "three seconds")
    clock.skip(4)
    assert await rang.get() == "three seconds"
    assert rang.empty()
    clock.skip(900)
    assert await rang.get() == "fifteen minutes"


class TestBehind:
    """An emulator that lives fourteen minutes behind the bot."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock(behind=14 * MINUTE)

    async def test_bot_sees_a_token_that_is_about_to_die_and_then_it_does(
        self, emulator: Emulator, bot: Bot, you: Human, clock: Clock
    ) -> None:
        outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        @bot.tree.command(description="Late")
        async def late(interaction: Interaction) -> None:
            left = interaction.expires_at - discord.utils.utcnow()
            assert timedelta(0) < left <= timedelta(minutes=1)
            await interaction.response.send_message("one minute left")
            clock.skip(15 * MINUTE)
            try:
                await interaction.edit_original_response(content="too late")
            except discord.HTTPException as error:
                outcome.set_result(error.code)

        async with online(bot, emulator):
            await you.command("late")
            assert await outcome == 50027


async def test_interaction_that_was_held_for_too_long_is_unknown(
    emulator: Emulator, bot: Bot, you: Human, clock: Clock
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None:
        try:
            await interaction.response.send_message("pong")
        except discord.NotFound as error:
            outcome.set_result(error.code)

    async with online(bot, emulator):
        emulator.gateway.hold_events()
        await you.command("ping")
        clock.skip(3.1)
        emulator.gateway.release_events()
        assert await outcome == 10062
