"""The time of the local Discord: it runs as everywhere, and a test can put it forward."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial


class Clock:
    """Unix seconds, with timers that keep to them; `behind` starts it in the past.

    Ids tell the time of this clock. A bot keeps its own: put forward, only Discord takes a token
    for dead; started fifteen minutes behind, the bot does, too, and at once.
    """

    def __init__(self, *, behind: float = 0.0) -> None:
        self._ahead = -behind
        self._timers: set[_Timer] = set()

    def now(self) -> float:
        return time.time() + self._ahead

    def skip(self, seconds: float) -> None:
        """Put the clock forward; timers that are due by then ring in the loop's next round."""
        self._ahead += seconds
        for timer in list(self._timers):
            timer.handle.cancel()
            self._timers.discard(timer)
            self._set(timer.due, timer.ring)

    def call_later(self, delay: float, ring: Callable[..., object], *args: object) -> None:
        """Call back after so many seconds of this clock."""
        self._set(self.now() + delay, partial(ring, *args))

    def _set(self, due: float, ring: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        handle = loop.call_later(max(0.0, due - self.now()), lambda: self._ring(timer))
        timer = _Timer(due, ring, handle)
        self._timers.add(timer)

    def _ring(self, timer: "_Timer") -> None:
        self._timers.discard(timer)
        timer.ring()


@dataclass(frozen=True, eq=False)
class _Timer:
    due: float
    ring: Callable[[], object]
    handle: asyncio.TimerHandle
