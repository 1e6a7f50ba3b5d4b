"""What must not lose a clip: a killed generator, a restarted bot."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from bot.texts.status import GENERATOR_DOWN
from tests.end_to_end.stack import bot_settings, generator_process, local_discord, running_bot
from tests.end_to_end.stories import PATIENCE, QUICK, SLOW, ask, finished, job_id, status_says


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with local_discord() as emulator:
        yield emulator


@pytest.fixture
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human


async def test_a_clip_whose_generator_is_killed_is_made_by_the_next_one(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        status = await ask(you, "a red circle", **SLOW)
        waiting = await ask(you, "a blue circle", **QUICK)
        await status_says(you, status, "Denoising: step")
        generator_process().kill()
        first, second = await finished(you, status), await finished(you, waiting)
        assert int(first.id) < int(second.id)


async def test_a_clip_that_kills_the_generator_twice_fails_in_words_and_the_next_one_works(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        status = await ask(you, "suicidal")
        failed = await status_says(you, status, "⚠️")
        assert "This video stopped" in failed.content
        assert "Try again" in failed.buttons
        assert (await finished(you, await ask(you, "a blue circle", **QUICK))).attachments


async def test_a_generator_that_cannot_start_is_waited_for_and_everybody_is_told(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    absent = "cuda" if sys.platform == "darwin" else "mps"
    async with running_bot(bot_settings(emulator, tmp_path, device=absent), you):
        status = await ask(you, "a red circle", **QUICK)
        await status_says(you, status, GENERATOR_DOWN)
        shown = await you.reply(await you.command("settings show"))
        assert GENERATOR_DOWN in shown.text
        async with asyncio.timeout(PATIENCE):
            while emulator.gateway.activities != ["paused · 1 waiting"]:  # noqa: ASYNC110 - in silence
                await asyncio.sleep(0.01)
    await you.wait_bot_offline()
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        assert (await finished(you, status)).attachments


async def test_a_restart_loses_nothing_repeats_nothing_and_leaves_every_button_alive(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    settings = bot_settings(emulator, tmp_path)
    async with running_bot(settings, you):
        old = await finished(you, await ask(you, "a green star", seed=1, **QUICK))
        form = await you.modal(await you.click(old, "Edit & rerun"))
        running = await ask(you, "a red circle", **SLOW)
        queued = [
            await ask(you, f"a {colour} heart", **QUICK) for colour in ("blue", "pink", "red")
        ]
        await status_says(you, running, "Denoising: step")
    await you.wait_bot_offline()

    async with running_bot(settings, you):
        results = [await finished(you, status) for status in (running, *queued)]
        order = [int(message.id) for message in results]
        assert order == sorted(order)
        for status in (running, *queued):
            name = f"**#{job_id(status)}** is ready"
            named = [message for message in you.messages.values() if name in message.content]
            assert [[mention.id for mention in message.mentions] for message in named] == [[you.id]]
        assert sum(bool(message.mentions) for message in you.messages.values()) == 5

        varied = await finished(you, await you.reply(await you.click(old, "Vary")))
        third = await finished(you, await you.reply(await you.click(varied, "Vary")))
        assert third.attachments
        values = {"prompt": "a white star", "negative": "", "seed": "1", "steps": "2"}
        edited = await you.reply(await you.submit(form, values))
        assert "a white star" in edited.content
        assert (await finished(you, edited)).attachments
