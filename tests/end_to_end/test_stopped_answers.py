"""A bot that stops while it tells of videos: the next one goes on in the messages, and thread."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.emulator import effects, errors
from bot.emulator import entities as kept
from bot.emulator.driver import Human
from bot.emulator.entities import Channel
from bot.emulator.faults import Fault
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from bot.emulator.wire import encode
from bot.texts.permutations import NO_THREAD
from tests.end_to_end.process import bot_process
from tests.end_to_end.stack import local_discord
from tests.end_to_end.stories import PATIENCE, QUICK, job_id, status_says

PROMPT = "a [red, blue] star"


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with local_discord() as emulator:
        yield emulator


@pytest.fixture
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human


class Last:
    """An effect: the request that the bot does not live to hear the answer of."""

    def __init__(self, *, handled: bool) -> None:
        self.came = asyncio.Event()
        self._handled = handled

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._handled:
            await handler(request)
        self.came.set()
        return await effects.silence(request, handler)


def answers(effect: effects.Effect, *, skip: int = 0) -> Fault:
    path = "/interactions/*/*/callback"
    return Fault(name="answer", effect=effect, path=path, skip=skip)


def threads(effect: effects.Effect) -> Fault:
    path = "/channels/*/messages/*/threads"
    return Fault(name="thread", effect=effect, method="POST", path=path)


def statuses(effect: effects.Effect) -> Fault:
    return Fault(
        name="status",
        effect=effect,
        method="POST",
        path="/channels/*/messages",
        when=lambda body: b"-status" in encode(body.json),
    )


def thread_of(emulator: Emulator) -> Channel:
    """The only one there is."""
    (thread,) = (each for each in emulator.world.channels.values() if each.parent is not None)
    return thread


def announcement(human: Human) -> Message:
    return next(m for m in human.messages.values() if "**2 videos**" in m.content)


async def ends(human: Human, words: str, count: int) -> list[Message]:
    """Wait for so many messages with these words, and return them, oldest first."""

    def found() -> list[Message]:
        return [message for message in human.messages.values() if words in message.content]

    await human.wait_for(lambda _: len(found()) >= count, timeout=PATIENCE)
    return sorted(found(), key=lambda message: int(message.id))


async def both_are_once_in(place: Channel, human: Human) -> None:
    """Wait for both videos, and look for a status message and a clip of each."""
    made = await ends(human, "is ready", 2)
    told = await ends(human, "✅", 2)
    assert [message.content.split(" · ")[1].split("\n")[0] for message in made] == [
        "a red star",
        "a blue star",
    ]
    names = [job_id(message) for message in made]
    assert [job_id(message) for message in told] == names
    about = messages_about(place, names)
    assert len(about) == 4
    assert {message.reply_to for message in about} == {None, *(int(each.id) for each in told)}


def messages_about(place: Channel, names: Sequence[str]) -> list[kept.Message]:
    """Return what stands about some jobs in a channel, oldest first."""
    marks = [f"**#{name}**" for name in names]
    return [each for each in place.history() if any(mark in each.content for mark in marks)]


async def test_a_bot_killed_at_each_step_of_opening_their_thread_goes_on_in_it(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    moments = [
        answers(Last(handled=True)),
        threads(Last(handled=True)),
        statuses(Last(handled=True)),
        statuses(Last(handled=False)),
    ]
    for moment in moments:
        emulator.faults.add(moment)
        async with bot_process(emulator, tmp_path, you, plain=True) as bot:
            if moment is moments[0]:
                await you.command("video", prompt=PROMPT, **QUICK)
            assert isinstance(moment.effect, Last)
            await moment.effect.came.wait()
            await bot.kill()
        emulator.faults.clear()
    async with bot_process(emulator, tmp_path, you, plain=True):
        thread = thread_of(emulator)
        assert (str(thread.id), thread.name) == (announcement(you).id, PROMPT)
        async with Human.connect(emulator.url, channel=PROMPT) as inside:
            await both_are_once_in(thread, inside)
    asked_in = emulator.world.channels[int(you.channel_id)]
    assert not any("**#" in message.content for message in asked_in.history())


async def test_a_bot_that_stops_while_it_answers_finds_its_messages_where_no_thread_was_opened(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    emulator.faults.add(threads(effects.refusal(errors.known(50013))))
    emulator.faults.add(statuses(first := Last(handled=True)))
    emulator.faults.add(answers(alone := Last(handled=True), skip=1))
    async with bot_process(emulator, tmp_path, you, plain=True) as bot:
        await you.command("video", prompt=PROMPT, **QUICK)
        await first.came.wait()
        await you.command("video", prompt="a green star", **QUICK)
        await alone.came.wait()
        bot.send(signal.SIGTERM)
        assert await bot.end() == 0
    place = emulator.world.channels[int(you.channel_id)]
    waiting = next(m for m in you.messages.values() if "a green star" in m.content)
    async with bot_process(emulator, tmp_path, you, plain=True):
        await status_says(you, waiting, "✅")
        await ends(you, "✅", 3)
    assert NO_THREAD in announcement(you).content
    names = [job_id(message) for message in await ends(you, "✅", 3)]
    assert len(messages_about(place, names)) == 6
    assert [each for each in emulator.world.channels.values() if each.parent is not None] == []
