"""Commands whose answer goes wrong: no clip that nobody was told of, none lost, none made twice."""

import asyncio

import pytest

from bot.emulator.driver import Human
from bot.emulator.effects import afterwards, refusal, reset
from bot.emulator.errors import known
from bot.emulator.faults import EventFault, Fault
from bot.emulator.server import Emulator
from bot.emulator.shown import Failure
from tests.end_to_end.stories import QUICK, ask, finished, job_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


def clips_of(human: Human, prompt: str) -> int:
    return sum(
        "is ready" in message.content and prompt in message.content
        for message in human.messages.values()
    )


async def test_a_command_that_is_delivered_twice_makes_one_clip(
    emulator: Emulator, you: Human
) -> None:
    emulator.faults.add(EventFault(name="twice"))
    await finished(you, await ask(you, "a red star twice", **QUICK))
    await finished(you, await ask(you, "a red star once", **QUICK))
    assert emulator.faults.counts["twice"] == 1
    assert clips_of(you, "a red star twice") == 1


async def test_a_button_that_is_delivered_twice_is_pressed_once(
    emulator: Emulator, you: Human
) -> None:
    result = await finished(you, await ask(you, "a blue star pressed", **QUICK))
    emulator.faults.add(EventFault(name="pressed twice"))
    await finished(you, await you.reply(await you.click(result, "Vary")))
    await finished(you, await ask(you, "a blue star afterwards", **QUICK))
    assert clips_of(you, "a blue star pressed") == 2


async def test_a_command_that_came_too_late_starts_nothing(emulator: Emulator, you: Human) -> None:
    emulator.faults.add(
        Fault(name="late", effect=refusal(known(10062)), path="/interactions/*/*/callback")
    )
    await you.command("video", prompt="a green star too late", **QUICK)
    await emulator.faults.happened("late")
    await finished(you, await ask(you, "a green star in time", **QUICK))
    assert clips_of(you, "a green star too late") == 0


async def test_a_command_whose_answer_got_lost_on_its_way_is_carried_out(
    emulator: Emulator, you: Human
) -> None:
    emulator.faults.add(
        Fault(name="lost", effect=afterwards(reset), path="/interactions/*/*/callback")
    )
    status = await ask(you, "a pink star whose answer got lost", **QUICK)
    result = await finished(you, status)
    done = await you.wait_for(lambda message: message.id == status.id and "✅" in message.content)
    assert emulator.faults.counts["lost"] == 1
    assert job_id(done) == job_id(result)


async def test_a_command_that_never_reached_discord_starts_nothing(
    emulator: Emulator, you: Human
) -> None:
    emulator.faults.add(
        Fault(name="unanswered", effect=reset, times=2, path="/interactions/*/*/callback")
    )
    interaction = await you.command("video", prompt="a white star unheard", **QUICK)
    async with asyncio.timeout(20):
        await emulator.faults.happened("unanswered", times=2)  # the second is the apology
    assert isinstance(await you.answer(interaction), Failure)
    await finished(you, await ask(you, "a white star heard", **QUICK))
    assert clips_of(you, "a white star unheard") == 0
