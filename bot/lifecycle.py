"""How the process is asked to stop: the first signal asks, the second insists."""

import asyncio
import signal


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
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._receive)

    async def wait(self) -> None:
        """Wait until the process is asked to stop."""
        self._waiting = True
        await self._asked.wait()

    def _receive(self) -> None:
        if self._waiting and not self._asked.is_set():
            self._asked.set()
        else:
            self._task.cancel()
