"""Discord ids: 42 bits of milliseconds since 2015, 22 bits to tell apart what was made in one."""

from collections.abc import Callable

DISCORD_EPOCH = 1_420_070_400.0
"""Unix time, in seconds, from which snowflakes count."""


class Snowflakes:
    """Hands out unique, ever growing ids stamped with the time of one clock."""

    def __init__(self, now: Callable[[], float], *, after: int = 0) -> None:
        self._now = now
        self._last = after

    def next(self) -> int:
        stamped = int((self._now() - DISCORD_EPOCH) * 1000) << 22
        self._last = max(self._last + 1, stamped)
        return self._last


def created_at(snowflake: int) -> float:
    """Unix time, in seconds, at which an id was made."""
    return (snowflake >> 22) / 1000 + DISCORD_EPOCH
