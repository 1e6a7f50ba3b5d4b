"""The generator as members and admins see it: starting, ready, or down while the bot goes on."""

import logging

import msgspec

from bot.errors import StoreError
from bot.jobs.gate import Gate
from bot.jobs.store import Store
from bot.texts import status
from generator import Generator, GeneratorUnavailableError, Ready

_log = logging.getLogger(__name__)
_CAUSE = "generator"
_FACT = "device"


class GeneratorWatch:
    """Closes the gate while there is no generator, and remembers what the last one ran on."""

    def __init__(self, generator: Generator, store: Store, gate: Gate) -> None:
        self.device: Ready | None = None
        """What the generator runs on, or ran on when it was last ready."""
        self._generator = generator
        self._store = store
        self._gate = gate
        gate.close(_CAUSE, status.GENERATOR_STARTING)

    async def run(self) -> None:
        """Watch for ever. A generator that does not start is the operator's to mend."""
        await self._recall()
        while True:
            try:
                ready = await self._generator.wait_ready()
            except GeneratorUnavailableError as error:
                _log.error("%s Jobs wait, and the bot goes on and tries again.", error)
                self._gate.close(_CAUSE, status.GENERATOR_DOWN)
                continue
            _log.info("the generator is ready on %s (%s)", ready.device_name, ready.device)
            await self._remember(ready)
            self._gate.open(_CAUSE)
            await self._generator.wait_ended()
            _log.warning("the generator ended; another is started")
            self._gate.close(_CAUSE, status.GENERATOR_STARTING)

    async def _recall(self) -> None:
        try:
            if fact := await self._store.fact(_FACT):
                self.device = self.device or msgspec.json.decode(fact, type=Ready)
        except (StoreError, msgspec.DecodeError) as error:
            _log.warning("the generator's last device cannot be read: %s", error)

    async def _remember(self, ready: Ready) -> None:
        self.device = ready
        try:
            await self._store.save_fact(_FACT, msgspec.json.encode(ready).decode())
        except StoreError as error:
            _log.warning("the generator's device cannot be stored: %s", error)
