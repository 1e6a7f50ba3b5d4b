"""Waiting: in turns, within the caps, with honest times, over a restart as well."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, edit_form, edited, finished, refusal, status_says


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


async def test_who_floods_the_queue_delays_others_by_one_clip_and_himself_no_further_than_the_caps(
    emulator: Emulator, you: Human, ada: Human, tmp_path: Path
) -> None:
    settings = bot_settings(emulator, tmp_path, max_waiting_per_user=3, max_waiting_per_guild=4)
    async with running_bot(settings, you, plain=True):
        await finished(you, await ask(you, "a red circle", **QUICK))
        with busy_device():
            running = await ask(you, "a red heart", **QUICK)
            assert "Starting now" in running.content
            waiting = [await ask(you, f"a {colour} heart", **QUICK) for colour in ("blue", "pink")]
            last_two = [await you.command("video", prompt="a star", **QUICK) for _ in range(2)]
            answers = [await you.reply(interaction) for interaction in last_two]
            (accepted,) = (answer for answer in answers if not answer.ephemeral)
            (refused,) = (answer for answer in answers if answer.ephemeral)
            assert "You already have 3 videos waiting" in refused.content
            assert "Cancel one, or ask again once one of them has started." in refused.content
            hers = await ask(ada, "a green star", **QUICK)
            assert "Place **2 of 5** · learning how long this takes" in hers.content
            more = await ada.command("video", prompt="a white star", **QUICK)
            assert "This server already has 4 videos waiting" in await refusal(ada, more)
        statuses = (running, hers, *waiting, accepted)
        results = [await finished(you, status) for status in statuses]
        assert [int(result.id) for result in results] == sorted(int(r.id) for r in results)


async def test_a_waiting_clip_says_when_it_starts_once_three_like_it_were_made(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    settings = bot_settings(emulator, tmp_path)
    async with running_bot(settings, you, plain=True):
        for seed in range(3):
            await finished(you, await ask(you, "a red circle", seed=seed, **QUICK))
        with busy_device():
            statuses = [await ask(you, "a red circle", seed=seed, **QUICK) for seed in (3, 4)]
            assert "Starting now" in statuses[0].content
            assert "Place **2 of 2** · starts <t:" in statuses[1].content
            assert ":R> · ready about <t:" in statuses[1].content
            other = await ask(you, "a red circle", steps=3)
            assert ":R> · learning how long this takes" in other.content
            behind = await ask(you, "a red circle", seed=5, **QUICK)
            assert "Place **4 of 4** · learning how long this takes" in behind.content
            await you.click(other, "Cancel")
            learnt = await status_says(you, behind, "ready about <t:")
            assert "Place **3 of 3** · starts <t:" in learnt.content
            form = await edit_form(you, behind)
    await you.wait_bot_offline()
    async with running_bot(settings, you, plain=True):
        with busy_device():
            interaction = await you.submit(form, edited("a pink star", steps=2))
            assert "It keeps its place" in await refusal(you, interaction)
        assert "a pink star" in (await finished(you, behind)).content
        with busy_device():
            await ask(you, "a red circle", seed=7, **QUICK)
            learnt = await ask(you, "a red circle", seed=8, **QUICK)
            assert ":R> · ready about <t:" in learnt.content
