"""Allowances of device time: who has how much, what is charged, and when there is more."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.emulator.driver import Human
from bot.emulator.permissions import Permission
from bot.emulator.shown import Message
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, edit_form, finished, refusal, status_says

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNTIMED = {"steps": 37}
"""A number of steps of no other test: how long such a clip takes is not known beforehand."""


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def forgotten_afterwards(you: Human) -> AsyncGenerator[None]:
    yield
    await you.reply(await you.command("settings reset"))


def charges(data_dir: Path, human: Human) -> list[float]:
    """Return the seconds a member was charged with."""
    with sqlite3.connect(data_dir / "zoetrope.sqlite3") as database:
        query = "SELECT seconds FROM usage WHERE user_id = ? ORDER BY at"
        return [seconds for (seconds,) in database.execute(query, [int(human.id)])]


def a_day_later(data_dir: Path) -> None:
    """Let all charges be a day older."""
    with sqlite3.connect(data_dir / "zoetrope.sqlite3") as database:
        database.execute("UPDATE usage SET at = at - 86400")


async def quota(human: Human) -> str:
    return await refusal(human, await human.command("quota"))


async def refused(human: Human) -> str:
    return await refusal(human, await human.command("video", prompt="a red star", **UNTIMED))


async def made(human: Human, prompt: str, **options: object) -> Message:
    return await finished(human, await ask(human, prompt, **UNTIMED, **options))


async def test_a_used_allowance_is_refused_until_a_day_has_passed(
    data_dir: Path, you: Human, ada: Human
) -> None:
    await asyncio.to_thread(a_day_later, data_dir)
    assert "no limit to your device time" in await quota(ada)
    answer = await refusal(you, await you.command("settings allowance", minutes=0.005))
    assert "Device time in 24 hours: no limit → **1 s**" in answer
    await made(ada, "a red circle")
    text = await quota(ada)
    assert "of **1 s**; **0 s** is left" in text
    assert "is free again <t:" in text
    assert "Everybody on this server has this allowance" in text
    text = await refused(ada)
    assert "Your allowance of device time on this server is used." in text
    assert "There is more <t:" in text
    await asyncio.to_thread(a_day_later, data_dir)
    await made(ada, "a red circle again")


async def test_a_role_gives_an_allowance_of_its_own_and_the_best_one_counts(
    tmp_path: Path,
) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        Human.connect(emulator.url, username="ada") as ada,
    ):
        (guild,) = emulator.world.guilds.values()
        names = ("Guest", "Patron")
        guest, patron = (emulator.world.add_role(guild, name, Permission.NONE).id for name in names)
        async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
            for options in (
                {"minutes": 0.0},
                {"minutes": 0.0, "role": str(guest)},
                {"minutes": 10.0, "role": str(patron)},
            ):
                await refusal(you, await you.command("settings allowance", **options))
            assert "You have no device time on this server" in await refused(ada)
            guild.members[int(ada.id)].role_ids.update({guest, patron})
            assert f"The role <@&{patron}> gives you this allowance" in await quota(ada)
            await made(ada, "a blue star")
            guild.members[int(ada.id)].role_ids.discard(patron)
            assert "You have no device time on this server" in await refused(ada)


async def test_failures_cancellations_and_exact_repeats_cost_nothing(
    data_dir: Path, you: Human, ada: Human
) -> None:
    await refusal(you, await you.command("settings allowance", minutes=10.0))
    before = charges(data_dir, ada)
    status = await ask(ada, "endless")
    await status_says(ada, status, "Denoising: step")
    await ada.click(status, "Stop")
    for ended in (
        await status_says(ada, status, "Cancelled"),
        await status_says(ada, await ask(ada, "failing"), "stopped"),
    ):
        assert "Your allowance was not used." in ended.content
    assert charges(data_dir, ada) == before
    for _ in range(2):
        await status_says(ada, await ask(ada, "a grey star", seed=5, **UNTIMED), "✅")
        after = charges(data_dir, ada)
        assert len(after) == len(before) + 1
        assert after[-1] > 0


async def test_what_takes_longer_than_the_allowance_is_refused_before_it_waits_or_is_changed(
    data_dir: Path, you: Human, ada: Human
) -> None:
    known = {"steps": 30}
    for seed in range(3):  # from then on it is known how long these take
        await finished(ada, await ask(ada, "a green star", seed=seed, **known))
    await asyncio.to_thread(a_day_later, data_dir)
    await refusal(you, await you.command("settings allowance", minutes=0.005))
    endless = await status_says(you, await ask(you, "endless"), "Denoising: step")
    asked = await ada.command("video", prompt="a green star", **known)
    assert "Make it shorter, smaller or with fewer steps." in await refusal(ada, asked)
    waiting = await ask(ada, "a green star", **QUICK)
    form = await edit_form(ada, waiting)
    values = {"prompt": "a green star", "steps": "30"}
    assert "takes about" in await refusal(ada, await ada.submit(form, values))
    await you.click(endless, "Stop")
    await finished(ada, waiting)
