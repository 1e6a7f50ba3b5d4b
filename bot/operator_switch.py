"""Whether whoever runs the bot holds the queue of all servers; a restart keeps it."""

from typing import Literal

from bot.errors import Refusal
from bot.jobs.gate import Gate
from bot.jobs.store import Store
from bot.texts import moderation

_FACT = "held by the operator"
_CAUSE = "operator"

Mode = Literal["open", "paused", "draining"]
"""Draining refuses what is new and makes what waits; paused is the other way round."""


class OperatorSwitch:
    """Set by /operator."""

    def __init__(self, store: Store, gate: Gate) -> None:
        self.mode: Mode = "open"
        self._store = store
        self._gate = gate

    async def restore(self) -> None:
        """Take up what was chosen before the last stop."""
        for mode in ("paused", "draining"):
            if await self._store.fact(_FACT) == mode:
                self._apply(mode)

    async def choose(self, mode: Mode) -> None:
        """Raises `StoreError`."""
        await self._store.save_fact(_FACT, mode)
        self._apply(mode)

    def check(self) -> None:
        """Raise `Refusal` while nothing new is taken."""
        if self.mode == "draining":
            raise Refusal(moderation.OPERATOR_DRAINING)

    def _apply(self, mode: Mode) -> None:
        self.mode = mode
        if mode == "paused":
            self._gate.close(_CAUSE, moderation.OPERATOR_PAUSED)
        else:
            self._gate.open(_CAUSE)
