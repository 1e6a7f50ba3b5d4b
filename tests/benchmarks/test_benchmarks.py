"""What the benchmark computes from what it measured."""

import asyncio
import json
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.encoders import ssim
from benchmarks.load_bot import Lag, watch_loop
from benchmarks.table import Row, as_json, as_markdown
from benchmarks.timing import compare, time_in_turns
from generator.encoding import encode, write_mp4
from tests.generator.clips import moving_square, texture

ROW = Row(
    name="ours",
    reference="theirs",
    value="1 s",
    reference_value="2 s",
    ratio=0.5,
    lowest=0.4,
    highest=0.6,
    goal="≤ 0.90",
)


async def test_works_are_done_in_turns_after_a_warm_up() -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)

    seconds = await time_in_turns({"a": lambda: work("a"), "b": lambda: work("b")}, rounds=2)
    assert done == ["a", "b", "a", "b", "b", "a"]
    assert [len(times) for times in seconds.values()] == [2, 2]


def test_ratios_are_those_of_the_rounds() -> None:
    seconds = {"ours": [2.0, 4.0, 90.0], "theirs": [2.0, 2.0, 20.0]}
    row = compare(seconds, "ours", "theirs", share=0.5)
    assert (row.lowest, row.ratio, row.highest) == (0.5, 1.0, 2.25)
    assert (row.value, row.reference_value) == ("2.000 s", "2.000 s")


async def test_a_loop_that_pauses_is_late_for_each_tick_of_the_pause() -> None:
    lags: list[Lag] = []
    watch = asyncio.create_task(watch_loop(lags))
    await asyncio.sleep(0)
    paused = time.monotonic()
    time.sleep(0.1)  # noqa: ASYNC251 - the pause
    await asyncio.sleep(0.001)  # the watch's timer is due before this one
    watch.cancel()
    in_pause = [lag for lag in lags if lag.due < paused + 0.1]
    assert len(in_pause) >= 9
    assert all(lag.due + lag.late >= paused + 0.1 for lag in in_pause)


def test_a_table_has_columns_of_one_width() -> None:
    lines = as_markdown([ROW]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "0.50" in lines[2]
    assert json.loads(as_json([ROW]))["rows"][0]["ratio"] == 0.5


@pytest.mark.parametrize("edge", [64, 50])
def test_likeness_is_one_for_the_same_and_falls_with_the_bits(tmp_path: Path, edge: int) -> None:
    frames = texture(num_frames=4, height=64, width=edge)
    clip = write_mp4(frames, tmp_path / "clip.mp4", fps=8)
    likenesses: list[float] = []
    for rate_factor in (1.0, 18.0, 30.0):
        encode(frames, clip, rate_factor)
        likenesses.append(ssim(frames, clip.part))
    assert likenesses == sorted(likenesses, reverse=True)
    assert likenesses[0] > 0.99
    assert ssim(np.flip(frames, 1), clip.part) < 0.5


def test_flat_colours_are_alike(tmp_path: Path) -> None:
    frames = moving_square()
    write_mp4(frames, tmp_path / "clip.mp4", fps=8)
    assert ssim(frames, tmp_path / "clip.mp4") > 0.98
