"""/moderation and /operator: what they say is what happens, for the right people, and it stays."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.emulator.driver import Human, Refused
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, finished, job_id, refusal, status_says


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with local_discord() as emulator:
        yield emulator


@pytest.fixture
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human


@pytest.fixture
async def ada(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url, username="ada") as human:
        yield human


async def test_a_banned_member_makes_nothing_until_unbanned_over_a_restart(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    settings = bot_settings(emulator, tmp_path)
    async with running_bot(settings, you, plain=True):
        await finished(you, await ask(you, "a red circle", **QUICK))
        with busy_device():
            await ask(you, "a blue circle", **QUICK)
            hers = await ask(ada, "a red star", **QUICK)
            said = await _answer(you, "moderation ban", member=ada.id, reason="*rude* @everyone")
        assert f"<@{ada.id}> makes no more videos" in said.content
        assert "cancelled: 1" in said.content
        await status_says(ada, hers, "Cancelled by")
        refused = await refusal(ada, await ada.command("video", prompt="a star"))
        assert r"here: \*rude\*" in refused
        assert "@everyone" not in refused
    async with running_bot(settings, you, plain=True):
        assert await refusal(ada, await ada.command("video", prompt="a star"))
        assert f"<@{ada.id}> · banned" in (await _answer(you, "moderation list")).content
        assert "again" in (await _answer(you, "moderation unban", member=ada.id)).content
        assert "not banned" in await refusal(
            you, await you.command("moderation unban", member=ada.id)
        )
        await finished(ada, await ask(ada, "a green star", **QUICK))


async def test_moderation_is_for_moderators(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        await finished(ada, await ask(ada, "a green star", **QUICK))
        with pytest.raises(Refused):
            await ada.command("moderation stats")
        assert "yourself" in await refusal(you, await you.command("moderation ban", member=you.id))


async def test_a_paused_server_refuses_new_videos_with_the_reason(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        await _answer(you, "moderation pause", reason="exam week")
        assert "exam week" in await refusal(ada, await ada.command("video", prompt="a star"))
        assert "made again" in (await _answer(you, "moderation resume")).content
        assert "not paused" in (await _answer(you, "moderation resume")).content
        await finished(ada, await ask(ada, "a green star", **QUICK))


async def test_a_moderator_sees_the_queue_and_cancels_from_it(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        assert "No video" in (await _answer(you, "moderation queue")).content
        await finished(you, await ask(you, "a red circle", **QUICK))
        with busy_device():
            await ask(you, "a blue circle", **QUICK)
            hers = await ask(ada, "a red star", **QUICK)
            queue = await _answer(you, "moderation queue")
            assert "being made" in queue.text
            assert f"**#{job_id(hers)}** by <@{ada.id}> · waiting" in queue.text
            menu = queue.components[0]["components"][0]["custom_id"]
            await you.reply(await you.select(queue, menu, job_id(hers)))
        await status_says(ada, hers, "Cancelled by")


async def test_each_end_is_noted_in_the_log_channel_whose_buttons_work_after_a_restart(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    settings = bot_settings(emulator, tmp_path)
    async with Human.connect(emulator.url, channel="general") as log:
        async with running_bot(settings, you, plain=True):
            await _answer(you, "settings allowance", minutes=5.0)
            await _answer(you, "moderation log", channel=log.channel_id)
            await _answer(you, "settings set", showcase=log.channel_id)
            result = await finished(ada, await ask(ada, "a red *star*", **QUICK))
            title = f"#{job_id(result)}: posted"
            card = await log.wait_for(lambda message: title in message.text)
            assert f"Member: <@{ada.id}>" in card.text
            assert r"a red \*star\*" in card.text
            assert "Device time" in card.text
            shared = await ada.reply(await ada.click(result, "Share"))
            assert shared.ephemeral
            copy = await log.wait_for(lambda message: bool(message.attachments))
            hidden = await ask(ada, "a secret star", private=True, **QUICK)
            private_card = await log.wait_for(
                lambda message: f"#{job_id(hidden)}: posted" in message.text
            )
            assert "secret" not in private_card.text
        async with running_bot(settings, you, plain=True):
            refunded = await log.reply(await log.click(card, "Refund"))
            assert "given back" in refunded.content
            again = await log.reply(await log.click(card, "Refund"))
            assert "already" in again.content
            await log.reply(await log.click(card, "Delete result"))
            await ada.wait_deleted(result.id)
            await log.wait_deleted(copy.id)
            assert not list(settings.clips_dir.glob(f"{job_id(result)}*.mp4"))
            await log.reply(await log.click(card, "Ban member"))
            assert await refusal(ada, await ada.command("video", prompt="a star"))


async def test_statistics_count_what_became_of_the_videos(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        await finished(ada, await ask(ada, "a green star", **QUICK))
        with busy_device():
            await ask(you, "a red circle", **QUICK)
            waiting = await ask(ada, "a red star", **QUICK)
            await ada.answer(await ada.click(waiting, "Cancel"))
        await status_says(ada, waiting, "Cancelled by")
        said = (await _answer(you, "moderation stats", days=1)).content
        assert "3 videos asked for" in said
        assert "1 cancelled" in said
        assert "Success: 100 %" in said
        assert "Device time" in said


async def test_the_operator_holds_the_queue_over_a_restart_and_empties_it(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    settings = bot_settings(emulator, tmp_path)
    async with running_bot(settings, you, plain=True):
        await finished(you, await ask(you, "a red circle", **QUICK))
        assert "Only who owns" in await _refused_or_hidden(ada, "operator pause")
        await _answer(you, "operator pause")
        status = await ask(ada, "a red star", **QUICK)
        assert "has paused it; your place is kept" in status.content
    async with running_bot(settings, you, plain=True):
        assert "Paused" in (await _answer(you, "operator status")).content
        await _answer(you, "operator drain")
        await finished(ada, status)
        assert "no new videos" in await refusal(ada, await ada.command("video", prompt="a star"))
        await _answer(you, "operator resume")
        await finished(ada, await ask(ada, "a green star", **QUICK))


async def _answer(human: Human, command: str, **options: object) -> Message:
    message = await human.reply(await human.command(command, **options))
    assert message.ephemeral
    return message


async def _refused_or_hidden(human: Human, command: str) -> str:
    """Return the bot's refusal; Discord's own is as good, as it does not show the command."""
    try:
        return await refusal(human, await human.command(command))
    except Refused:
        return "Only who owns"
