"""What members do with a clip, and with one on its way: privately, once, and said in words."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.emulator.clock import Clock
from bot.emulator.driver import Human
from bot.emulator.effects import Hold
from bot.emulator.faults import Fault
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.end_to_end.able import able_settings
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import (
    PATIENCE,
    QUICK,
    ask,
    finished,
    frames_of,
    job_id,
    refusal,
    status_says,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def direct(emulator: Emulator) -> AsyncGenerator[Human]:
    """The page's default user in direct messages with the bot."""
    emulator.world.direct_channel(emulator.world.user_named("you"))
    async with Human.connect(emulator.url, channel="zoetrope") as human:
        yield human


def inbox_of(human: Human) -> list[Message]:
    """The messages where somebody looks; they hear of all that they could see."""
    return [m for m in human.messages.values() if m.channel_id == human.channel_id]


async def copied(human: Human, status: Message) -> Message:
    """Wait for a job's clip where somebody looks."""
    return await human.wait_for(
        lambda message: (
            message.channel_id == human.channel_id
            and f"**#{job_id(status)}**" in message.content
            and bool(message.attachments)
        ),
        timeout=PATIENCE,
    )


async def newest(human: Human, status: Message, button: str) -> Message:
    """Wait until a message has a button that it had before, too."""
    return await human.wait_for(
        lambda message: message is human.messages.get(status.id) and button in message.buttons
    )


async def test_a_double_click_makes_one_video_and_is_told_of_it(you: Human) -> None:
    clip = await finished(you, await ask(you, "a red circle", **QUICK))
    presses = [await you.click(clip, "Vary") for _ in range(2)]
    answers = [await you.reply(press) for press in presses]
    (made,) = [answer for answer in answers if not answer.ephemeral]
    (told,) = [answer for answer in answers if answer.ephemeral]
    assert f"**#{job_id(made)}** is being made" in told.content
    assert f"/{made.id}" in told.content
    await finished(you, made)


async def test_info_tells_settings_family_making_and_a_command_to_copy(you: Human) -> None:
    clip = await finished(you, await ask(you, "a red circle", seed=7, **QUICK))
    child = await finished(you, await you.reply(await you.click(clip, "Vary")))
    info = await you.reply(await you.click(clip, "Info"))
    assert info.ephemeral
    assert "/video prompt:a red circle model:builtin" in info.text
    assert "seed:7" in info.text
    assert f"Made from it: [**#{job_id(child)}**](https://discord.com/channels/" in info.text
    assert "denoising" in info.text
    assert "Peak memory" in info.text
    assert "Revision of the model `c0ffee`" in info.text
    assert "Licence of the model: " in info.text
    assert "pixels," in info.text
    family = await you.reply(await you.click(child, "Info"))
    assert f"variation of [**#{job_id(clip)}**](https://discord.com/channels/" in family.text
    assert "Seed " in family.text
    assert "(picked)" in family.text


async def test_dm_sends_a_clip_to_whoever_presses_unless_theirs_are_closed(
    emulator: Emulator, you: Human, ada: Human
) -> None:
    clip = await finished(ada, await ask(ada, "a red circle", **QUICK))
    member = emulator.world.user_named("you")
    emulator.world.direct_channel(member)
    member.accepts_direct_messages = False
    closed = await you.reply(await you.click(clip, "DM"))
    assert "I may not send you direct messages" in closed.content
    member.accepts_direct_messages = True
    async with Human.connect(emulator.url, channel="zoetrope") as inbox:
        await you.reply(await you.click(clip, "DM"))
        copy = await copied(inbox, clip)
        assert "Vary" in copy.buttons
        # what is in one's own inbox can be thrown away; the clip is not one's own, and stays
        await inbox.click(copy, "Delete")
        await inbox.wait_deleted(copy.id)
    assert (await you.reply(await you.command("show", id=job_id(clip)))).attachments


async def test_dm_me_is_switched_while_a_clip_is_waiting_and_running_and_brings_it(
    emulator: Emulator, you: Human, ada: Human, direct: Human
) -> None:
    with busy_device():
        running, waiting = [await ask(you, "a red circle", **QUICK) for _ in range(2)]
        assert "DM me: off" in waiting.buttons
        hers = await ada.wait_for(lambda message: message.id == waiting.id)
        assert "Only the person" in await refusal(ada, await ada.click(hers, "DM me: off"))
        told = await refusal(you, await you.click(waiting, "DM me: off"))
        assert "as a direct message, too" in told
        await newest(you, waiting, "DM me: on")
        assert "You will not" in await refusal(you, await you.click(waiting, "DM me: on"))
        await newest(you, waiting, "DM me: off")
        await you.reply(await you.click(waiting, "DM me: off"))
    await finished(you, waiting)
    copy = await copied(direct, waiting)
    assert "Sent here because you asked for it" in copy.content
    await finished(you, running)
    assert not [m for m in inbox_of(direct) if job_id(running) in m.content]

    endless = await ask(you, "endless")
    await status_says(you, endless, "Denoising: step")
    await you.reply(await you.click(endless, "DM me: off"))
    await newest(you, endless, "DM me: on")
    await you.click(endless, "Stop")
    await status_says(you, endless, "🛑")


async def test_a_clip_that_begins_while_dm_me_is_pressed_does_not_make_an_error_of_it(
    emulator: Emulator, you: Human
) -> None:
    running, waiting = [await ask(you, "endless") for _ in range(2)]
    running = await newest(you, running, "Stop")
    emulator.faults.add(
        Fault(name="held", effect=(hold := Hold()), path="/interactions/*/*/callback")
    )
    pressed = await you.click(waiting, "DM me: off")
    await hold.arrived.wait()
    await you.click(running, "Stop")
    await status_says(you, waiting, "Denoising: step")
    hold.release()
    assert "as a direct message, too" in await refusal(you, pressed)
    on = await newest(you, waiting, "DM me: on")
    assert "will not" in await refusal(you, await you.click(on, "DM me: on"))
    assert not [message for message in you.seen if "went wrong" in message.text]
    await you.click(await newest(you, waiting, "Stop"), "Stop")
    await status_says(you, waiting, "🛑")


async def test_a_private_clip_is_seen_by_its_author_alone(you: Human, ada: Human) -> None:
    status = await ask(you, "a red circle", private=True, **QUICK)
    assert status.ephemeral
    clip = await finished(you, status)
    assert clip.ephemeral
    assert "Share" not in clip.buttons
    varied = await you.reply(await you.click(clip, "Vary"))
    assert varied.ephemeral
    await finished(you, varied)
    public = await finished(you, await ask(you, "a red circle", **QUICK))
    await ada.wait_for(lambda message: message.id == public.id)
    assert not [m for m in ada.messages.values() if job_id(status) in m.content]
    assert "I know no video" in await refusal(ada, await ada.command("show", id=job_id(status)))
    shown = await you.reply(await you.command("show", id=job_id(status)))
    assert shown.ephemeral


async def test_a_private_clip_goes_to_direct_messages_after_a_quarter_of_an_hour(
    tmp_path: Path,
) -> None:
    async with local_discord(clock=Clock(behind=14 * 60)) as emulator:
        emulator.world.direct_channel(emulator.world.user_named("you"))
        async with (
            Human.connect(emulator.url) as you,
            Human.connect(emulator.url, channel="zoetrope") as inbox,
            running_bot(bot_settings(emulator, tmp_path), you, plain=True),
        ):
            await finished(you, await ask(you, "a green star", **QUICK))
            with busy_device():
                status = await ask(you, "a red circle", private=True, **QUICK)
                await status_says(you, status, "so the clip comes as a direct message")
                emulator.clock.skip(16 * 60)
            copy = await copied(inbox, status)
            assert "Sent here because it is private" in copy.content


async def test_a_spoiler_is_covered_wherever_its_clip_is_shown(
    emulator: Emulator, you: Human, direct: Human
) -> None:
    status = await ask(you, "a red circle", spoiler=True, **QUICK)
    clip = await finished(you, status)
    await you.reply(await you.click(clip, "DM"))
    shown = await you.reply(await you.command("show", id=job_id(status)))
    for message in (clip, shown, await copied(direct, status)):
        (attachment,) = message.attachments
        assert attachment.filename.startswith(f"SPOILER_{job_id(status)}-seed")


async def test_a_stopped_clip_says_so_and_is_queued_again(you: Human) -> None:
    status = await ask(you, "endless")
    await status_says(you, status, "Denoising: step")
    await you.click(status, "Stop")
    cancelled = await status_says(you, status, "🛑")
    assert f"Cancelled by <@{you.id}> at step" in cancelled.content
    again = await you.reply(await you.click(cancelled, "Queue again"))
    assert f"[**#{job_id(status)}**]" in again.content
    assert "once more" in again.content
    await status_says(you, again, "Denoising: step")
    await you.click(again, "Stop")
    await status_says(you, again, "🛑")


async def test_admins_may_leave_it_to_the_author_to_make_more_of_a_clip(tmp_path: Path) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        Human.connect(emulator.url, username="ada") as ada,
    ):
        settings = await able_settings(emulator, tmp_path, author_only=True)
        async with running_bot(settings, you, plain=True):
            clip = await finished(ada, await ask(ada, "a red circle", **QUICK))
            for button in ("Vary", "Edit & rerun", "Same seed, higher quality"):
                refused = await refusal(you, await you.click(clip, button))
                assert "only the person who asked for a video makes more" in refused
            assert (await finished(ada, await ada.reply(await ada.click(clip, "Vary")))).attachments


async def test_a_clip_is_shared_once_with_credit_by_its_author_and_deleted_with_it(
    tmp_path: Path,
) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        Human.connect(emulator.url, username="ada") as ada,
        Human.connect(emulator.url, channel="general") as showcase,
    ):
        settings = await able_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            clip = await finished(ada, await ask(ada, "a red circle", **QUICK))
            bot, general = emulator.world.bot, emulator.world.channel_named("general")
            emulator.moderation.set_overwrite(general, bot, deny=Permission.ATTACH_FILES)
            refused = await refusal(ada, await ada.click(clip, "Share"))
            assert "I may not post in the showcase channel" in refused
            assert "I lack Attach Files" in refused
            emulator.moderation.set_overwrite(general, bot)
            told = await ada.reply(await ada.click(clip, "Share"))
            assert told.ephemeral
            post = await copied(showcase, clip)
            vote = await showcase.wait_for(lambda m: m.id == post.id and bool(m.reactions))
            await showcase.react(vote, vote.reactions[0]["emoji"]["name"])
            await showcase.wait_for(lambda m: bool(m.reactions) and m.reactions[0]["count"] == 2)
            assert f"by <@{ada.id}> · a red circle" in post.content
            assert f"/{clip.channel_id}/{clip.id}" in post.content
            assert not post.mentions
        await you.wait_bot_offline()
        async with running_bot(settings, you, plain=True):
            again = await you.reply(await you.click(clip, "Share"))
            assert "is in the showcase already: https://discord.com/channels/" in again.content
            assert post.id in again.content
            await you.delete(post)
            await showcase.wait_deleted(post.id)
            told = await ada.reply(await ada.click(clip, "Share"))
            post = await showcase.wait_for(lambda m: m.id in told.content)
            await ada.click(clip, "Delete")
            await showcase.wait_deleted(post.id)


async def test_what_is_too_large_is_made_smaller_by_a_button_and_its_message_deleted(
    tmp_path: Path,
) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = await able_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            status = await ask(you, "too_large", **QUICK)
            failed = await status_says(you, status, "⚠️")
            assert "does not fit into the memory" in failed.content
            assert f"under #{job_id(status)}" in failed.content
            assert list(failed.buttons) == ["Try again", "Try smaller", "Edit & rerun", "Delete"]
            smaller = await you.reply(await you.click(failed, "Try smaller"))
            assert "16×16" in smaller.content
            assert "made smaller" in smaller.content
            assert (await finished(you, smaller)).attachments
            await you.click(failed, "Delete")
            await you.wait_deleted(failed.id)


async def test_a_clip_goes_on_from_its_last_frame_until_it_is_as_long_as_clips_get(
    tmp_path: Path,
) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = await able_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            clip = await finished(you, await ask(you, "a red circle", frames=100, **QUICK))
            longer = await finished(you, await you.reply(await you.click(clip, "Extend")))
            assert "49.8 s" in longer.content
            frames = [frames_of(await you.download(m.attachments[0])) for m in (clip, longer)]
            assert [len(each) for each in frames] == [100, 199]
            refused = await refusal(you, await you.click(longer, "Extend"))
            assert "clips have 60 s at most" in refused
            assert "Upscale" not in longer.buttons
            emulator.clock.skip(3)  # the same press again is meant
            (tmp_path / "clips" / f"{job_id(clip)}.mp4").rename(tmp_path / "elsewhere.mp4")
            gone = await refusal(you, await you.click(clip, "Extend"))
            assert "is not kept any more" in gone
            (tmp_path / "elsewhere.mp4").rename(tmp_path / "clips" / f"{job_id(clip)}.mp4")
            larger = await finished(you, await you.reply(await you.click(clip, "Upscale")))
            assert "Extend" not in larger.buttons
            assert frames_of(await you.download(larger.attachments[0])).shape == (100, 64, 64, 3)
