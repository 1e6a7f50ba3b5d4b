"""A thousand /video in five seconds while the device is busy, and tens of thousands that wait.

`python -m benchmarks.load` runs this alone. The local Discord and its members are in this process.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

import psutil

from benchmarks.load_bot import Lag
from benchmarks.load_members import Answer, Crowd
from benchmarks.load_process import WatchedBot, device_taken, idle_memory, learn, watched_bot
from benchmarks.load_rows import compare_saving, fill_database
from benchmarks.table import Row, as_markdown, machine
from benchmarks.timing import Seconds, compare
from bot.emulator.server import Emulator, run_emulator

_MEMBERS = 200
_BURST, _BURST_SECONDS = 1_000, 5.0
_SINGLE = 100
_MORE, _OPEN = 10_000, 50
_LEFT_BEHIND = 100_000

_P99 = f"answer to /video, p99 of {_BURST:,} in {_BURST_SECONDS:g} s"
_SLOWEST = "  the slowest of them"
_AT_ONCE = f"  p99 of {_BURST:,} at one moment"
_STEADY = f"  p99 of {_MORE:,} more, {_OPEN} at a time"
_P99_MANY = f"  p99 of {_BURST:,} with {_LEFT_BEHIND:,} waiting"
_ALONE = "one after the other, median"
_LAG, _LAG_ALONE = "lag of the event loop meanwhile, p99", "the same, one after the other"
_CPU, _CPU_DISCORD = "CPU time of the bot for a /video", "of the local Discord for it"
_CPU_MANY, _CPU_FEW = f"  the same with {_LEFT_BEHIND:,} waiting", f"with up to {_BURST:,}"
_PLACES, _ASKED = "answered with a place", "asked for"
_BEFORE, _AFTER = "memory of the bot", f"  with {_BURST:,} waiting"
_AFTER_MORE, _AFTER_START = f"  with {_MORE:,} more", f"  started with {_LEFT_BEHIND:,} waiting"
_IDLE = "of an idle discord.py client"


@dataclass(frozen=True)
class _Stretch:
    """A while in which members ask: its begin and end, the answers, the CPU seconds it took."""

    began: float
    ended: float
    answers: list[Answer]
    cpu: float
    cpu_discord: float

    def late(self, lags: Sequence[Lag]) -> float:
        """Return the 99th percentile of the seconds that the bot's loop was late."""
        return _p99([lag.late for lag in lags if self.began <= lag.due <= self.ended])


class Load:
    """What was measured so far, by the names of the rows."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._figures: Seconds = {}

    async def measure(self) -> list[Row]:
        """Return all rows."""
        gc.freeze()  # what other benchmarks left behind is not searched while members wait
        async with run_emulator() as emulator:
            self._note(_IDLE, await idle_memory(emulator))
            crowd = Crowd(emulator, _MEMBERS)
            await self._with_few_waiting(emulator, crowd)
            await self._with_many_waiting(emulator, crowd)
        return self._rows()

    async def _with_few_waiting(self, emulator: Emulator, crowd: Crowd) -> None:
        singles: list[_Stretch] = []
        bursts: list[_Stretch] = []
        with tempfile.TemporaryDirectory() as folder:
            async with watched_bot(emulator, Path(folder)) as bot:
                await learn(emulator)
                bot.suspend_generator()
                await crowd.ask()  # which is from now on the device's
                self._note(_BEFORE, bot.memory)
                for number in range(self._rounds):
                    singles.append(await _watch(bot, crowd.ask_singly(_SINGLE)))
                    bursts.append(await _watch(bot, crowd.ask_within(_BURST, _BURST_SECONDS)))
                    if number == 0:
                        self._note(_AFTER, bot.memory)
                at_once = await _watch(bot, crowd.ask_within(_BURST, 0.0))
                more = await _watch(bot, crowd.ask_steadily(_MORE, _OPEN))
                self._note(_AFTER_MORE, bot.memory)
        for single, burst in zip(singles, bursts, strict=True):
            self._note(_ALONE, median(answer.seconds for answer in single.answers))
            self._note(_P99, _p99([answer.seconds for answer in burst.answers]))
            self._note(_SLOWEST, max(answer.seconds for answer in burst.answers))
            self._note(_AT_ONCE, _p99([answer.seconds for answer in at_once.answers]))
            self._note(_STEADY, _p99([answer.seconds for answer in more.answers]))
            self._note(_LAG, burst.late(bot.lags))
            self._note(_LAG_ALONE, single.late(bot.lags))
            self._note(_CPU, burst.cpu / len(burst.answers))
            self._note(_CPU_DISCORD, burst.cpu_discord / len(burst.answers))
        stretches = [*singles, *bursts, at_once, more]
        answers = [answer for stretch in stretches for answer in stretch.answers]
        self._note(_PLACES, sum(answer.has_place for answer in answers))
        self._note(_ASKED, len(answers))

    async def _with_many_waiting(self, emulator: Emulator, crowd: Crowd) -> None:
        with tempfile.TemporaryDirectory() as folder:
            await fill_database(Path(folder), _LEFT_BEHIND)
            async with watched_bot(emulator, Path(folder)) as bot:
                await device_taken(Path(folder))
                bot.suspend_generator()
                self._note(_AFTER_START, bot.memory)
                burst = await _watch(bot, crowd.ask_within(_BURST, _BURST_SECONDS))
        for _ in range(self._rounds):
            self._note(_P99_MANY, _p99([answer.seconds for answer in burst.answers]))
            self._note(_CPU_MANY, burst.cpu / len(burst.answers))
        self._figures[_CPU_FEW] = self._figures[_CPU]

    def _note(self, name: str, figure: float) -> None:
        self._figures.setdefault(name, []).append(figure)

    def _rows(self) -> list[Row]:
        figures = self._figures
        memory = (_BEFORE, _AFTER, _AFTER_MORE, _AFTER_START)
        return [
            compare(figures, _PLACES, _ASKED, goal="1.00", show="{:,.0f}".format),
            compare(figures, _P99, _ALONE, goal="≤ 1 s"),
            compare(figures, _SLOWEST, _ALONE),
            compare(figures, _AT_ONCE, _ALONE),
            compare(figures, _STEADY, _ALONE),
            compare(figures, _P99_MANY, _ALONE),
            compare(figures, _LAG, _LAG_ALONE, goal="≤ 0.050 s"),
            compare(figures, _CPU, _CPU_DISCORD, goal="≤ 3 ms", show=_milliseconds),
            compare(figures, _CPU_MANY, _CPU_FEW, goal="≤ 2.00", show=_milliseconds),
            *(compare(figures, name, _IDLE, show=_megabytes) for name in memory),
        ]


async def measure(rounds: int) -> list[Row]:
    """Return all rows: of a bot that is asked much, and of its database."""
    rows = await Load(rounds).measure()
    with tempfile.TemporaryDirectory() as folder:
        return [*rows, await compare_saving(Path(folder), 4 * rounds)]


async def _watch(bot: WatchedBot, asking: Awaitable[list[Answer]]) -> _Stretch:
    discord = psutil.Process()
    cpu, cpu_discord, began = bot.cpu_seconds, sum(discord.cpu_times()[:2]), time.monotonic()
    answers = await asking
    ended = time.monotonic()
    await bot.settle()
    cpu, cpu_discord = bot.cpu_seconds - cpu, sum(discord.cpu_times()[:2]) - cpu_discord
    return _Stretch(began, ended, answers, cpu, cpu_discord)


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[ceil(0.99 * len(values)) - 1]


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.2f} ms"


def _megabytes(size: float) -> str:
    return f"{size / 2**20:.0f} MiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rows = asyncio.run(measure(parser.parse_args().rounds))
    print(f"{machine()}\n\n{as_markdown(rows)}")


if __name__ == "__main__":
    main()
