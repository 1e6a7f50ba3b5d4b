"""The bot as a process whose event loop is watched."""

import argparse
import asyncio
import contextlib
import time
from pathlib import Path

import msgspec

from bot.app import run_bot
from bot.lifecycle import StopSignals
from bot.logs import set_up_logging
from bot.settings import Settings, load_settings

_TICK = 0.01
"""Seconds between two moments at which the loop should get to a timer."""


class Lag(msgspec.Struct, frozen=True, array_like=True):
    """A tick on the monotonic clock, which all processes share, and the seconds it came late."""

    due: float
    late: float


async def watch_loop(lags: list[Lag]) -> None:
    """Note how late the loop gets to each tick; a pause that outlasts several is late for each."""
    due = time.monotonic() + _TICK
    while True:
        await asyncio.sleep(due - time.monotonic())
        now = time.monotonic()
        while due <= now:
            lags.append(Lag(due, now - due))
            due += _TICK


async def _run_watched(settings: Settings, lags: list[Lag]) -> None:
    watch = asyncio.create_task(watch_loop(lags))
    with contextlib.suppress(asyncio.CancelledError):
        await run_bot(settings, StopSignals())
    watch.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path, help="where to write the loop's lags as JSON")
    options = parser.parse_args()
    settings = load_settings(env_file=None)
    set_up_logging(settings.log_level)
    lags: list[Lag] = []
    asyncio.run(_run_watched(settings, lags))
    options.figures.write_bytes(msgspec.json.encode(lags))


if __name__ == "__main__":
    main()
