"""How much Discord lets us say: progress edits by channel, invalid requests, bans."""

import asyncio
import logging
import time
from collections import deque
from types import SimpleNamespace
from weakref import WeakValueDictionary

import aiohttp

_log = logging.getLogger(__name__)
_BURST = 3
"""Progress edits of a channel that may follow one another at once, after a rest."""
_INVALID_STATUSES = {401, 403, 404, 429}
_INVALID_WINDOW, _MOST_INVALID = 600.0, 3_000
"""Discord bans an address for 10,000 invalid requests in ten minutes."""
_BAN_PAUSE = 300.0


class Channel:
    """The progress edits of one channel: one an interval, however many jobs want some."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._paid_until = 0.0
        self._turns = asyncio.Lock()  # wakes in order, so the jobs of a channel alternate

    async def turn(self) -> None:
        """Wait for the right to make one edit."""
        async with self._turns:
            while (wait := self._wait()) > 0:  # noqa: ASYNC110 - a clock, not a condition
                await asyncio.sleep(wait)
            self.spend()

    def spend(self) -> None:
        """Count an edit that could not wait; the next ones wait longer."""
        self._paid_until = max(self._paid_until, time.monotonic()) + self._interval

    def _wait(self) -> float:
        return self._paid_until - (_BURST - 1) * self._interval - time.monotonic()


class Traffic:
    """Says when progress may be shown. Results and last words go before, and count as well."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._channels: WeakValueDictionary[int, Channel] = WeakValueDictionary()
        self._invalid: deque[float] = deque()
        self._banned_until = 0.0

    def channel(self, channel_id: int) -> Channel:
        """Return the channel's budget, which lives as long as somebody holds it."""
        return self._channels.setdefault(channel_id, Channel(self._interval))

    def trace(self) -> aiohttp.TraceConfig:
        """Return what makes aiohttp count the answers that count against us."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._count)
        return config

    def note_ban(self) -> None:
        """Send only what must be sent, for some minutes."""
        if not self.banned:
            _log.error("Discord refuses our address for now; progress is shown again in minutes")
        self._banned_until = time.monotonic() + _BAN_PAUSE

    @property
    def banned(self) -> bool:
        return time.monotonic() < self._banned_until

    async def calm(self) -> None:
        """Wait until nothing speaks against requests that need not be."""
        while (wait := self._wait()) > 0:  # noqa: ASYNC110 - a clock, not a condition
            await asyncio.sleep(wait)

    def _wait(self) -> float:
        now = time.monotonic()
        while self._invalid and self._invalid[0] < now - _INVALID_WINDOW:
            self._invalid.popleft()
        too_many = len(self._invalid) >= _MOST_INVALID
        return max(self._banned_until - now, 1.0 if too_many else 0.0)

    async def _count(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        end: aiohttp.TraceRequestEndParams,
    ) -> None:
        shared = end.response.headers.get("X-RateLimit-Scope") == "shared"
        if end.response.status in _INVALID_STATUSES and not shared:
            self._invalid.append(time.monotonic())
            if len(self._invalid) == _MOST_INVALID:
                _log.error("%d invalid requests in ten minutes: progress waits", _MOST_INVALID)
