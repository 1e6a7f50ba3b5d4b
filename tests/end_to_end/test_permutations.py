"""Alternatives in a prompt: every combination is a video of its own, in a thread."""

from pathlib import Path

import pytest

from bot.emulator import effects, errors
from bot.emulator.driver import Human
from bot.emulator.effects import Effect, Hold
from bot.emulator.entities import Channel
from bot.emulator.faults import Fault
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from bot.emulator.wire import encode
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import PATIENCE, QUICK, ask, edited, finished, job_id, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def videos(emulator: Emulator) -> Channel:
    return emulator.world.channel_named("videos")


async def thread_of(emulator: Emulator, human: Human, answer: Message) -> Channel:
    """Wait until something was written into the thread of a message, and return it."""
    await human.wait_for(lambda message: message.channel_id == answer.id)
    return emulator.world.channels[int(answer.id)]


def prompts(messages: list[Message]) -> list[str]:
    return [message.content.split(" · ")[1].split(" — ")[0].split("\n")[0] for message in messages]


async def results(human: Human, count: int) -> list[Message]:
    """Wait for so many clips where the human looks, and return them by the time they came."""

    def posted() -> list[Message]:
        return [
            message
            for message in human.messages.values()
            if message.channel_id == human.channel_id and "is ready" in message.content
        ]

    await human.wait_for(lambda _: len(posted()) >= count, timeout=PATIENCE)
    return sorted(posted(), key=lambda message: int(message.id))


async def test_every_combination_is_made_in_a_thread_in_reading_order(
    emulator: Emulator, you: Human
) -> None:
    answer = await ask(you, "a [red, blue] [circle, square]", seed=3, **QUICK)
    assert "**4 videos** · a [red, blue] [circle, square]" in answer.content
    thread = await thread_of(emulator, you, answer)
    assert (thread.name, thread.parent) == (
        "a [red, blue] [circle, square]",
        you_are_in(you, emulator),
    )
    async with Human.connect(emulator.url, channel=thread.name) as inside:
        made = await results(inside, 4)
        assert prompts(made) == ["a red circle", "a red square", "a blue circle", "a blue square"]
        assert all(f"#{job_id(message)}" in answer.content for message in made)
        child = await inside.reply(await inside.click(made[2], "Vary"))
        assert child.channel_id == str(thread.id)
        await results(inside, 5)


def you_are_in(human: Human, emulator: Emulator) -> Channel:
    return emulator.world.channels[int(human.channel_id)]


async def test_too_many_videos_are_refused_with_their_number(you: Human) -> None:
    asked = await you.command("video", prompt="[a, b, c, d] [e, f, g]", **QUICK)
    text = await refusal(you, asked)
    assert "make 12 videos; at most 9 are made at once" in text
    asked = await you.command("video", prompt="a [red, blue] [c, d] dog", variations=3, **QUICK)
    assert "make 12 videos" in await refusal(you, asked)


async def test_all_of_them_or_none_wait_within_the_caps(tmp_path: Path) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        running_bot(bot_settings(emulator, tmp_path, max_waiting_per_user=3), you, plain=True),
    ):
        asked = await you.command("video", prompt="a [red, blue, green, white] star", **QUICK)
        text = await refusal(you, asked)
        assert "makes 4 videos, and only 3 more may wait. Nothing was queued" in text
        answer = await ask(you, "a [red, blue, green] star", **QUICK)
        thread = await thread_of(emulator, you, answer)
        async with Human.connect(emulator.url, channel=thread.name) as inside:
            await results(inside, 3)
        assert "**3 videos**" in answer.content


async def test_a_missing_permission_for_threads_is_named(
    emulator: Emulator, you: Human, videos: Channel
) -> None:
    moderation, bot = emulator.moderation, emulator.world.bot
    moderation.set_overwrite(videos, bot, deny=Permission.CREATE_PUBLIC_THREADS)
    try:
        text = await refusal(you, await you.command("video", prompt="a [red, blue] star", **QUICK))
        assert "I lack Create Public Threads" in text
    finally:
        moderation.set_overwrite(videos, bot)


async def test_where_no_thread_can_be_opened_all_come_in_the_channel_and_that_is_said(
    emulator: Emulator, you: Human
) -> None:
    emulator.faults.add(
        Fault(
            name="no thread",
            effect=effects.refusal(errors.known(50013)),
            method="POST",
            path="/channels/*/messages/*/threads",
        )
    )
    try:
        answer = await ask(you, "a [red, blue] moon", **QUICK)
        said = await you.wait_for(
            lambda message: message.id == answer.id and "could not be opened" in message.content
        )
        for name in ids_in(said):
            await you.wait_for(
                lambda message, name=name: f"**#{name}** is ready" in message.content,
                timeout=PATIENCE,
            )
    finally:
        emulator.faults.clear()


def ids_in(answer: Message) -> list[str]:
    line = next(line for line in answer.content.splitlines() if line.startswith("-# "))
    return [word[1:] for word in line.split() if word.startswith("#") and len(word) == 6]


async def test_a_thread_that_is_deleted_meanwhile_loses_no_video(
    emulator: Emulator, you: Human
) -> None:
    hold = Hold()
    second_status = statuses("second status", hold, skip=1)
    emulator.faults.add(second_status)
    try:
        answer = await ask(you, "a [red, blue, green] sun", **QUICK)
        await hold.arrived.wait()
        emulator.moderation.delete_channel(await thread_of(emulator, you, answer))
        hold.release()
        lost = await you.wait_for(lambda message: "closed to me by now" in message.content)
        _first, *others = ids_in(answer)
        assert job_id(lost) == others[0]
        for name in others:
            await you.wait_for(
                lambda message, name=name: f"**#{name}** is ready" in message.content,
                timeout=PATIENCE,
            )
    finally:
        emulator.faults.clear()


def statuses(name: str, effect: Effect, *, skip: int) -> Fault:
    return Fault(
        name=name,
        effect=effect,
        method="POST",
        path="/channels/*/messages",
        when=lambda body: b"-status" in encode(body.json),
        skip=skip,
    )


async def test_in_direct_messages_they_are_posted_in_place(emulator: Emulator) -> None:
    emulator.world.direct_channel(emulator.world.user_named("you"))
    async with Human.connect(emulator.url, channel="zoetrope") as direct:
        answer = await ask(direct, "a [red, blue] tree", **QUICK)
        assert "**2 videos**" in answer.content
        for name in ids_in(answer):
            await direct.wait_for(
                lambda message, name=name: f"**#{name}** is ready" in message.content,
                timeout=PATIENCE,
            )


async def test_several_videos_are_not_made_privately(you: Human) -> None:
    asked = await you.command("video", prompt="a [red, blue] tree", private=True, **QUICK)
    assert "cannot be private" in await refusal(you, asked)


async def test_edit_and_rerun_takes_alternatives_too_and_brackets_stay_what_they_are(
    emulator: Emulator, you: Human
) -> None:
    first = await finished(you, await ask(you, r"a sign with \[a, b\]", **QUICK))
    assert "a sign with [a, b]" in first.content
    form = await you.modal(await you.click(first, "Edit & rerun"))
    assert form.fields["prompt"]["value"] == r"a sign with \[a, b\]"
    answer = await you.reply(await you.submit(form, edited("a [red, blue] sign", steps=2)))
    assert "**2 videos**" in answer.content
    thread = await thread_of(emulator, you, answer)
    async with Human.connect(emulator.url, channel=thread.name) as inside:
        for message in await results(inside, 2):
            assert " sign" in message.content
