"""The one who edits a message, against a real local Discord: order, pace, and when it gives up."""

import asyncio
from collections.abc import AsyncGenerator

import discord
import pytest
import pytest_asyncio

from bot.app import use_local_discord
from bot.delivery import message_writer
from bot.delivery.faults import Fault as Trouble
from bot.delivery.message_writer import MessageWriter
from bot.delivery.traffic import Traffic
from bot.emulator import effects, errors
from bot.emulator.driver import Human
from bot.emulator.effects import Hold
from bot.emulator.faults import Fault
from bot.emulator.server import Emulator
from tests.end_to_end.stack import local_discord

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIVELY = 0.001
"""Seconds between two edits of a channel, where a test is not about the pace."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def emulator() -> AsyncGenerator[Emulator]:
    async with local_discord() as emulator:
        use_local_discord(emulator.url)
        yield emulator


@pytest_asyncio.fixture(loop_scope="module")
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human
    emulator.faults.clear()


@pytest_asyncio.fixture(loop_scope="module")
async def traffic() -> Traffic:
    return Traffic(LIVELY)


@pytest_asyncio.fixture(loop_scope="module")
async def status(emulator: Emulator, traffic: Traffic) -> AsyncGenerator[discord.PartialMessage]:
    intents = discord.Intents.none()
    async with discord.Client(intents=intents, http_trace=traffic.trace()) as client:
        await client.login(emulator.token)
        channel = client.get_partial_messageable(emulator.world.channel_named("videos").id)
        yield channel.get_partial_message((await channel.send("first")).id)


@pytest.fixture
def writer(status: discord.PartialMessage, traffic: Traffic) -> MessageWriter:
    return MessageWriter(status, traffic, status.channel.id)


def contents(you: Human, status: discord.PartialMessage) -> list[str]:
    """What the message has said, in order."""
    return [message.content for message in you.seen if message.id == str(status.id)]


async def shown(you: Human, status: discord.PartialMessage, content: str) -> None:
    await you.wait_for(lambda m: m.id == str(status.id) and m.content == content)


def edits(name: str, effect: effects.Effect, times: int | None = 1) -> Fault:
    return Fault(name=name, effect=effect, method="PATCH", path="messages/*", times=times)


async def test_the_latest_wins_and_nothing_lands_after_the_last(
    emulator: Emulator, you: Human, status: discord.PartialMessage, writer: MessageWriter
) -> None:
    hold = Hold()
    emulator.faults.add(edits("held", hold))
    writer.show("1", None)
    await hold.arrived.wait()
    for number in range(2, 10):
        writer.show(str(number), None)
    last = asyncio.create_task(writer.finish("done", None))
    await asyncio.sleep(0)
    writer.show("too late", None)
    hold.release()
    assert await last is None
    await shown(you, status, "done")
    assert contents(you, status)[-2:] == ["1", "done"]


async def test_what_was_shown_and_replaced_again_costs_no_edit(
    emulator: Emulator, you: Human, status: discord.PartialMessage, writer: MessageWriter
) -> None:
    writer.show("1", None)
    await shown(you, status, "1")
    hold = Hold()
    emulator.faults.add(edits("held again", hold))
    writer.show("2", None)
    await hold.arrived.wait()
    writer.show("3", None)
    writer.show("2", None)
    hold.release()
    await writer.finish("done", None)
    await shown(you, status, "done")
    assert contents(you, status)[-3:] == ["1", "2", "done"]


@pytest.mark.parametrize("code", [10003, 10008, 50001, 50013, 50083, 30046])
async def test_a_message_that_cannot_be_edited_is_tried_once_more_for_its_last_words(
    emulator: Emulator,
    status: discord.PartialMessage,
    writer: MessageWriter,
    code: int,
) -> None:
    refused = effects.refusal(errors.known(code, retry_after=0.001))
    emulator.faults.add(edits(f"progress {code}", refused, times=None))
    writer.show("1", None)
    times = 5 if code == 30046 else 1  # discord.py waits as it is told, and tries again
    await emulator.faults.happened(f"progress {code}", times)
    await writer.flush()
    writer.show("2", None)
    await writer.flush()
    assert emulator.faults.counts[f"progress {code}"] == times
    emulator.faults.clear()
    assert await writer.finish("done", None) is None


async def test_an_outage_loses_no_state_of_the_message(
    emulator: Emulator, you: Human, status: discord.PartialMessage, writer: MessageWriter
) -> None:
    emulator.faults.add(edits("503", effects.unavailable(503), times=3))
    writer.show("1", None)
    await shown(you, status, "1")
    emulator.faults.add(edits("reset", effects.reset, times=1))
    assert await writer.finish("done", None) is Trouble.UNREACHABLE
    assert await writer.finish("done", None) is None
    await shown(you, status, "done")


async def test_an_answer_that_never_comes_does_not_block_the_message(
    emulator: Emulator,
    you: Human,
    status: discord.PartialMessage,
    writer: MessageWriter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(message_writer, "_PATIENCE", 0.05)
    emulator.faults.add(edits("silence", effects.silence))
    assert await writer.finish("done", None) is Trouble.UNREACHABLE
    monkeypatch.undo()
    assert await writer.finish("done", None) is None
    await shown(you, status, "done")


async def test_a_ban_stops_all_edits_for_a_while(
    emulator: Emulator,
    status: discord.PartialMessage,
    writer: MessageWriter,
    traffic: Traffic,
) -> None:
    emulator.faults.add(edits("ban", effects.banned()))
    writer.show("1", None)
    await emulator.faults.happened("ban")
    await writer.flush()  # waits for the edit that met the ban
    assert traffic.banned
    assert await writer.finish("done", None) is Trouble.THROTTLED
    assert emulator.faults.counts["ban"] == 1


async def test_jobs_of_a_channel_share_its_edits_in_turns_and_last_words_do_not_wait(
    emulator: Emulator, you: Human, status: discord.PartialMessage
) -> None:
    slow = Traffic(interval=3600.0)
    channel = status.channel
    assert isinstance(channel, discord.PartialMessageable)
    first, second = [MessageWriter(status, slow, channel.id) for _ in range(2)]
    for number in range(3):  # what a channel may have at once
        first.show(f"first {number}", None)
        await shown(you, status, f"first {number}")
    first.show("first 3", None)
    second.show("second", None)
    assert await second.finish("second is done", None) is None
    await first.flush()
    await shown(you, status, "first 3")
    await first.finish("first is done", None)
    assert "second" not in contents(you, status)


async def test_refusals_are_counted_before_discord_counts_them_to_a_ban(
    emulator: Emulator,
    status: discord.PartialMessage,
    writer: MessageWriter,
    traffic: Traffic,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.delivery.traffic._MOST_INVALID", 2)
    calm = asyncio.create_task(traffic.calm())
    await asyncio.wait_for(calm, 1)
    emulator.faults.add(edits("refused", effects.refusal(errors.known(50013)), times=2))
    for _ in range(2):
        await writer.finish("x", None)
    restless = asyncio.create_task(traffic.calm())
    await asyncio.sleep(0)
    assert not restless.done()
    restless.cancel()
