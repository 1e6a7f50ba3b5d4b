"""Moments of which runs of the suite have found that somebody lost something in them."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.emulator import effects, errors
from bot.emulator.driver import Human
from bot.emulator.effects import Hold, afterwards
from bot.emulator.faults import Fault
from tests.end_to_end.stories import QUICK, ask, job_id
from tests.faults.kinds import upload_fault
from tests.faults.stage import Stage, open_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with open_stage(tmp_path, seed=0) as stage:
        await stage.machine.wait_online()
        yield stage


@pytest.fixture
async def you(stage: Stage) -> AsyncGenerator[Human]:
    async with Human.connect(stage.emulator.url) as human:
        yield human


async def test_a_job_whose_answer_the_bot_did_not_live_to_hear_of_is_told_its_failure(
    stage: Stage, you: Human
) -> None:
    hold = Hold()
    stage.emulator.faults.add(
        Fault(name="held", effect=afterwards(hold), path="/interactions/*/*/callback"),
        upload_fault("filtered", effects.refusal(errors.known(20009))),
    )
    status = await ask(you, "a red circle", **QUICK)
    stage.machine.kill_bot()
    hold.release()
    failed = await you.wait_for(lambda message: message.content.startswith("⚠️"))
    assert job_id(failed) == job_id(status)
    assert "filters" in failed.content
