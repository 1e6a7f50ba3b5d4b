"""How the process is asked to stop, however busy its loop is."""

import asyncio
import os
import signal
from collections.abc import Generator

import pytest

from bot.lifecycle import StopSignals


@pytest.fixture(autouse=True)
def handlers() -> Generator[None]:
    """Give the signals back to whom they belonged."""
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


async def test_a_signal_is_heard_though_the_pipe_of_the_loop_is_full() -> None:
    signals = StopSignals()
    asked = asyncio.create_task(signals.wait())
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    for _ in range(10_000):
        loop.call_soon_threadsafe(int)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(20):
        await asked


@pytest.mark.parametrize("waits", [True, False])
async def test_the_second_signal_insists_and_so_does_one_that_nobody_waits_for(waits: bool) -> None:
    async def main() -> None:
        signals = StopSignals()
        if waits:
            os.kill(os.getpid(), signal.SIGTERM)
            await signals.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    running = asyncio.create_task(main())
    async with asyncio.timeout(20):
        await asyncio.wait([running])
    assert running.cancelled()
