"""A small helping of the fault suite; `make faults` serves the whole."""

import sys
from pathlib import Path

import pytest

from tests.faults.runs import campaign, walk
from tests.faults.small_disk import run_with_disk

SEED = 7


async def test_kills_and_faults_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    outcome = await campaign(tmp_path, SEED, generator_kills=12, bot_kills=4, kind_count=25)
    print(outcome.text)
    assert not outcome.verdict.wrong
    assert outcome.verdict.posted > 0


async def test_a_random_walk_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = await walk(tmp_path, SEED, steps=150)
    print(outcome.text)
    assert not outcome.verdict.wrong


def test_a_full_disk_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    options = (f"--mounted={tmp_path}", f"--seed={SEED}", "--full-disks=2")
    status = run_with_disk(tmp_path, (sys.executable, "-m", "tests.faults", *options))
    if status is None:
        pytest.skip("nothing can be mounted here")
    assert status == 0
