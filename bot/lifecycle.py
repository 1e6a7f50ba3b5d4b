"""How the process is asked to stop: the first signal asks, the second insists."""

import asyncio
import contextlib
import signal
from types import FrameType


class StopSignals:
    """SIGTERM and SIGINT, from Docker, systemd or Ctrl-C.

    The first sets `wait` free, for whoever drains; the second cancels the task that made this, and
    so does the first while nobody waits for it yet.
    """

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "made by the main coroutine"
        self._task = task
        self._asked = asyncio.Event()
        self._waiting = False
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # the loop's own handlers lose a signal while its pipe is full of what threads have done
            signal.signal(number, self._hear)

    async def wait(self) -> None:
        """Wait until the process is asked to stop."""
        self._waiting = True
        await self._asked.wait()

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, and the process about to end
            self._loop.call_soon_threadsafe(self._receive)

    def _receive(self) -> None:
        if self._waiting and not self._asked.is_set():
            self._asked.set()
        else:
            self._task.cancel()
