"""The bot's process comes and goes: asked to, or killed in the worst moment."""

import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.emulator.driver import Human
from bot.emulator.effects import Hold, afterwards
from bot.emulator.faults import Fault
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from bot.texts.status import PLACE_KEPT, RESTARTED
from tests.end_to_end.process import bot_process
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import PATIENCE, QUICK, SLOW, ask, finished, job_id, status_says


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with local_discord() as emulator:
        yield emulator


@pytest.fixture
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human


def results(human: Human, status: Message) -> list[Message]:
    name = f"**#{job_id(status)}** is ready"
    return [message for message in human.messages.values() if name in message.content]


async def test_a_bot_asked_to_stop_finishes_what_runs_and_keeps_the_places_of_the_rest(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    async with bot_process(emulator, tmp_path, you, plain=True) as bot:
        running = await ask(you, "a red circle", **SLOW)
        waiting = await ask(you, "a blue circle", **QUICK)
        await status_says(you, running, "Denoising: step")
        with busy_device():
            bot.send(signal.SIGTERM)
            await status_says(you, waiting, PLACE_KEPT)
        assert await bot.end() == 0
        assert (await finished(you, running)).attachments
        assert not results(you, waiting)
    async with bot_process(emulator, tmp_path, you, plain=True):
        restarted = await status_says(you, waiting, RESTARTED)
        assert not restarted.mentions
        await finished(you, waiting)
        assert len(results(you, running)) == len(results(you, waiting)) == 1


async def test_a_second_signal_stops_at_once_and_a_grace_that_is_over_hands_back(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    async with bot_process(emulator, tmp_path, you, plain=True) as bot:
        status = await ask(you, "endless")
        await status_says(you, status, "Denoising: step")
        bot.send(signal.SIGTERM)
        await status_says(you, await ask_late(you), "restarting")
        bot.send(signal.SIGTERM)
        assert await bot.end() == 0
    async with bot_process(emulator, tmp_path, you, plain=True, GRACE_SECONDS="0") as bot:
        await status_says(you, status, RESTARTED)
        async with Human.connect(emulator.url) as later:  # has not seen the first attempt
            await status_says(later, status, "Denoising: step")
        bot.send(signal.SIGINT)
        await status_says(you, status, PLACE_KEPT)
        assert await bot.end() == 0
        assert not results(you, status)


async def ask_late(human: Human) -> Message:
    return await human.reply(await human.command("video", prompt="a star"))


async def test_a_bot_killed_while_it_posts_posts_once(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    hold = Hold()
    emulator.faults.add(
        Fault(
            name="answer held",
            method="POST",
            path="/channels/*/messages",
            effect=afterwards(hold),
        )
    )
    async with bot_process(emulator, tmp_path, you, plain=True) as bot:
        status = await ask(you, "a red circle", **QUICK)
        await emulator.faults.happened("answer held")
        await finished(you, status)  # the message is there, and the bot does not know
        await bot.kill()
    hold.release()
    async with bot_process(emulator, tmp_path, you, plain=True):
        await you.wait_for(
            lambda message: message.id == status.id and "✅" in message.content, timeout=PATIENCE
        )
        assert len(results(you, status)) == 1


async def test_a_model_that_was_taken_away_keeps_no_bot_from_starting(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    models = tmp_path / "models.toml"
    models.write_text('[mine]\nlike = "builtin"\n')
    with_it = bot_settings(emulator, tmp_path, models_file=models)
    async with running_bot(with_it, you, plain=True):
        running = await status_says(you, await ask(you, "endless"), "Denoising: step")
        waiting = await ask(you, "a red circle", model="mine", **QUICK)
    async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
        await you.click(running, "Stop")
        failed = await status_says(you, waiting, "⚠️")
        assert "There is no model 'mine'" in failed.content
