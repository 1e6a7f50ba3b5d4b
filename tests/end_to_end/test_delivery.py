"""Whatever Discord does while a clip is posted, it arrives once, or the member is told why not."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.delivery import patience, traffic
from bot.emulator import effects, errors
from bot.emulator.driver import Human
from bot.emulator.effects import Effect, Hold
from bot.emulator.entities import Channel
from bot.emulator.faults import Fault
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.end_to_end.stories import (
    QUICK,
    SLOW,
    ask,
    finished,
    job_id,
    refusal,
    shown_again,
    status_says,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")
SAME: dict[str, Any] = {"prompt": "a red circle", "seed": 1, **QUICK}
"""One clip for all: it is made once, and then it is there at once."""


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def quick_and_whole_again(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[None]:
    monkeypatch.setattr(patience, "_FIRST_PAUSE", 0.02)
    monkeypatch.setattr(traffic, "_BAN_PAUSE", 0.1)
    yield
    emulator.faults.clear()


@pytest.fixture
def videos(emulator: Emulator) -> Channel:
    return emulator.world.channel_named("videos")


@pytest_asyncio.fixture(loop_scope="session")
async def direct(emulator: Emulator) -> AsyncGenerator[Human]:
    """You, looking at the conversation with the bot."""
    you = emulator.world.user_named("you")
    emulator.world.direct_channel(you)
    async with Human.connect(emulator.url, channel="zoetrope") as human:
        yield human
    you.accepts_direct_messages = True


def uploads(name: str, effect: Effect, times: int = 1) -> Fault:
    return Fault(
        name=name,
        effect=effect,
        method="POST",
        path="/channels/*/messages",
        when=lambda body: bool(body.uploads),
        times=times,
    )


def results(human: Human, status: Message) -> list[Message]:
    """All messages with a job's clip where the human looks."""
    name = f"{job_id(status)}-seed"
    return [
        message
        for message in human.messages.values()
        if message.channel_id == human.channel_id
        and any(attachment.filename.startswith(name) for attachment in message.attachments)
    ]


@pytest.mark.parametrize(
    ("name", "effect", "times"),
    [
        ("reset", effects.reset, 2),
        ("answer lost", effects.afterwards(effects.reset), 1),
        ("answer cut", effects.cut_short, 1),
        ("no answer", effects.silence, 1),
        ("posted, but no answer", effects.afterwards(effects.silence), 1),
        ("503", effects.unavailable(503), 3),
        ("posted, but 503", effects.afterwards(effects.unavailable(503)), 1),
        ("overloaded", effects.refusal(errors.known(130000)), 2),
        ("banned", effects.banned(), 2),
        ("limited", effects.refusal(errors.rate_limited(0.01)), 2),
        ("limited for long", effects.refusal(errors.rate_limited(90.0)), 1),
    ],
)
async def test_an_outage_neither_loses_nor_doubles_a_clip(
    emulator: Emulator,
    you: Human,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    effect: Effect,
    times: int,
) -> None:
    if "no answer" in name:
        monkeypatch.setattr(patience, "CALL_TIMEOUT", 0.5)
    emulator.faults.add(uploads(name, effect, times))
    status = await ask(you, **SAME)
    result = await finished(you, status)
    done = await status_says(you, status, "✅")
    assert f"/{result.channel_id}/{result.id}" in done.content
    assert emulator.faults.counts[name] == times
    assert [message.id for message in results(you, status)] == [result.id]
    assert [mention.id for mention in result.mentions] == [you.id]


async def test_a_clip_cannot_be_deleted_before_the_bot_knows_that_it_is_posted(
    emulator: Emulator, you: Human
) -> None:
    hold = Hold()
    emulator.faults.add(uploads("unheard yet", effects.afterwards(hold)))
    status = await ask(you, **SAME)
    result = await finished(you, status)
    assert "just being posted" in await refusal(you, await you.click(result, "Delete"))
    hold.release()
    await status_says(you, status, "✅")
    await you.click(result, "Delete")
    await you.wait_deleted(result.id)


async def test_a_channel_without_history_gets_the_clip_without_a_reply(
    emulator: Emulator, you: Human, videos: Channel
) -> None:
    moderation, bot = emulator.moderation, emulator.world.bot
    moderation.set_overwrite(videos, bot, deny=Permission.READ_MESSAGE_HISTORY)
    emulator.faults.add(uploads("unheard", effects.afterwards(effects.reset)))
    try:
        status = await ask(you, **SAME)
        result = await finished(you, status)
        assert result.message_reference is None
        await status_says(you, status, "✅")
        assert len(results(you, status)) == 1  # the nonce alone kept it from being sent again
    finally:
        moderation.set_overwrite(videos, bot)


async def test_where_nobody_can_know_whether_a_clip_was_posted_that_is_said(
    emulator: Emulator, you: Human, videos: Channel
) -> None:
    moderation, bot = emulator.moderation, emulator.world.bot
    moderation.set_overwrite(videos, bot, deny=Permission.READ_MESSAGE_HISTORY)
    unheard = uploads("posted, unheard", effects.afterwards(effects.reset))
    filtered = uploads("filtered then", effects.refusal(errors.known(20009)))
    unheard.skip = filtered.skip = 1  # without a history, the first one cannot be a reply
    emulator.faults.add(unheard, filtered)
    try:
        status = await ask(you, **SAME)
        failed = await status_says(you, status, "⚠️")
        assert "cannot see whether it arrived" in failed.content
        assert len(results(you, status)) == 1
    finally:
        moderation.set_overwrite(videos, bot)


async def test_a_lost_permission_is_named_and_the_clip_comes_privately(
    emulator: Emulator, you: Human, direct: Human, videos: Channel
) -> None:
    hold = Hold()
    emulator.faults.add(uploads("held", hold))
    status = await ask(you, **SAME)
    await hold.arrived.wait()
    emulator.moderation.set_overwrite(videos, emulator.world.bot, deny=Permission.ATTACH_FILES)
    hold.release()
    try:
        result = await finished(direct, status)
        assert "Sent here because I lack Attach Files there." in result.content
        done = await status_says(you, status, "✅")
        assert "as a direct message, because I lack Attach Files there" in done.content
        assert results(you, status) == []
    finally:
        emulator.moderation.set_overwrite(videos, emulator.world.bot)


async def test_with_direct_messages_closed_too_the_clip_is_kept_and_fetched_later(
    emulator: Emulator, you: Human, direct: Human, videos: Channel
) -> None:
    emulator.world.user_named("you").accepts_direct_messages = False
    hold = Hold()
    emulator.faults.add(uploads("held", hold))
    status = await ask(you, **SAME)
    await hold.arrived.wait()
    emulator.moderation.set_overwrite(videos, emulator.world.bot, deny=Permission.SEND_MESSAGES)
    hold.release()
    failed = await status_says(you, status, "⚠️")
    emulator.moderation.set_overwrite(videos, emulator.world.bot)
    assert "because I lack Send Messages there, and direct messages to you are closed" in (
        failed.content
    )
    assert f"`/show id:{job_id(status)}`" in failed.content
    await you.click(failed, "Get result")
    fetched = await shown_again(you, status)
    assert {"Vary", "Edit & rerun", "How it works", "Delete"} <= set(fetched.buttons)
    assert fetched.mentions == []


async def test_a_deleted_channel_costs_nobody_the_clip(
    emulator: Emulator, direct: Human, videos: Channel
) -> None:
    assert videos.guild is not None
    passing = emulator.world.add_channel(videos.guild, "passing")
    hold = Hold()
    emulator.faults.add(uploads("held", hold))
    async with Human.connect(emulator.url, channel="passing") as you:
        status = await ask(you, **SAME)
        await hold.arrived.wait()
        emulator.moderation.delete_channel(passing)
        hold.release()
        result = await finished(direct, status)
        assert "the channel is gone" in result.content


@pytest.mark.parametrize("locked", [False, True])
async def test_an_archived_thread_is_opened_again_if_that_is_allowed(
    emulator: Emulator, direct: Human, videos: Channel, locked: bool
) -> None:
    name = f"thread-{locked}"
    thread = emulator.moderation.create_thread(videos, name)
    hold = Hold()
    emulator.faults.add(uploads("held", hold))
    async with Human.connect(emulator.url, channel=name) as you:
        status = await ask(you, **SAME)
        await hold.arrived.wait()
        emulator.moderation.archive(thread, locked=locked)
        hold.release()
        result = await finished(direct if locked else you, status)
        assert ("the thread is archived" in result.content) is locked


async def test_a_status_message_that_somebody_deleted_is_not_missed(
    emulator: Emulator, you: Human, videos: Channel
) -> None:
    hold = Hold()
    emulator.faults.add(uploads("held", hold))
    status = await ask(you, **SAME)
    await hold.arrived.wait()
    emulator.core.messaging.delete(videos.messages[int(status.id)])
    hold.release()
    result = await finished(you, status)
    assert result.message_reference is None


async def test_a_cancel_button_that_outlived_its_clip_says_so_and_stops_nobody_elses(
    emulator: Emulator, you: Human, ada: Human
) -> None:
    not_there = effects.refusal(errors.known(10008))
    edits = "/channels/*/messages/*"
    emulator.faults.add(
        Fault(name="no edit", effect=not_there, method="PATCH", path=edits, times=None)
    )
    status = await ask(you, **SAME)
    assert (await finished(you, status)).attachments
    hers = await ask(ada, "a blue star", **SLOW)
    emulator.faults.clear()
    await status_says(ada, hers, "Denoising: step")
    await you.click(status, "Cancel")
    await you.wait_for(
        lambda message: message.ephemeral and "not waiting or running any more" in message.content
    )
    assert (await finished(ada, hers)).attachments


@pytest.mark.parametrize("code", [20009, 240000])
async def test_what_discords_filters_refuse_is_kept_with_the_reason(
    emulator: Emulator, you: Human, code: int
) -> None:
    emulator.faults.add(uploads(f"refused {code}", effects.refusal(errors.known(code))))
    failed = await status_says(you, await ask(you, **SAME), "⚠️")
    assert "filters" in failed.content
    assert "The clip is finished" in failed.content
    assert list(failed.buttons) == ["Get result", "Try again", "Edit & rerun", "Delete"]


@pytest.mark.parametrize("code", [20016, 160002])
async def test_what_is_refused_is_left_out_or_waited_for(
    emulator: Emulator, you: Human, code: int
) -> None:
    refused = effects.refusal(errors.known(code, retry_after=0.01))
    emulator.faults.add(uploads(f"mended {code}", refused))
    result = await finished(you, await ask(you, **SAME))
    assert [mention.id for mention in result.mentions] == [you.id]
    assert emulator.faults.counts[f"mended {code}"] == 1


async def test_show_brings_a_clip_to_its_owner_anywhere_and_to_its_server(
    emulator: Emulator, you: Human, ada: Human, direct: Human
) -> None:
    mine = await ask(you, **SAME)
    result = await finished(you, mine)
    shown = await ada.reply(await ada.command("show", id=f"#{job_id(mine)}"))
    assert not shown.ephemeral
    assert shown.mentions == []
    assert list(shown.buttons) == list(result.buttons)
    assert [file.size for file in shown.attachments] == [file.size for file in result.attachments]
    privately = await direct.reply(await direct.command("show", id=job_id(mine)))
    assert privately.attachments
    varied = await you.reply(await you.click(shown, "Vary"))
    assert f"variation of [**#{job_id(mine)}**]" in varied.content

    emulator.world.direct_channel(emulator.world.user_named("ada"))
    async with Human.connect(emulator.url, username="ada", channel="zoetrope") as elsewhere:
        refused = await refusal(elsewhere, await elsewhere.command("show", id=job_id(mine)))
    assert "I know no video" in refused


async def test_a_clip_that_is_not_kept_any_more_can_be_made_again(
    you: Human, data_dir: Path
) -> None:
    status = await ask(you, **SAME)
    await finished(you, status)
    await status_says(you, status, "✅")
    for file in (data_dir / "clips").glob(f"{job_id(status)}*"):
        file.unlink()
    gone = await you.reply(await you.command("show", id=job_id(status)))
    assert gone.ephemeral
    assert "is not kept any more" in gone.content
    again = await you.reply(await you.click(gone, "Try again"))
    assert "seed 1" in again.content
    assert (await finished(you, again)).attachments


async def test_show_says_where_a_job_stands_that_has_no_clip(you: Human) -> None:
    status = await ask(you, "endless")
    standing = await refusal(you, await you.command("show", id=job_id(status)))
    assert "is still" in standing
    await status_says(you, status, "Denoising: step")
    await you.click(status, "Stop")
    await status_says(you, status, "🛑")
    cancelled = await you.reply(await you.command("show", id=job_id(status)))
    assert cancelled.ephemeral
    assert "Queue again" in cancelled.buttons
    assert "I know no video" in await refusal(you, await you.command("show", id="nosuchid"))


async def test_ones_own_clips_are_offered_while_an_id_is_typed(you: Human, ada: Human) -> None:
    status = await ask(you, **SAME)
    await finished(you, status)
    await status_says(you, status, "✅")
    mine = await you.choices("show", focused="id", id="red ci")
    assert mine[0] == {"name": f"#{job_id(status)} · a red circle", "value": job_id(status)}
    hers = await ada.choices("show", focused="id", id=job_id(status))
    assert hers == []
