"""Faults armed by a test: which requests and events they hit, how often, and a record of it all."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.emulator.effects import Effect
from bot.emulator.errors import DiscordError
from bot.emulator.rest.exchange import path_of, route_of
from bot.emulator.uploads import Body, load_body


@dataclass(eq=False, kw_only=True)
class Trigger:
    """How often something happens: after `skip` occasions `times` times, each with `probability`.

    `times` None means every time, until `Faults.clear`.
    """

    name: str
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0

    @property
    def spent(self) -> bool:
        return self.times == 0

    def fires(self, random: Random) -> bool:
        """Whether it happens now; counts."""
        if self.spent or random.random() >= self.probability:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(eq=False, kw_only=True)
class Fault(Trigger):
    """Something goes wrong with a request of the bot.

    `path` is a glob over the path after the API's version, in which * stands within one step:
    "/channels/*/messages/*", or only its end: "messages/@original". `when` looks at the body.
    """

    effect: Effect
    method: str | None = None
    path: str = "*"
    when: Callable[[Body], bool] | None = None

    def is_for(self, method: str, path: str) -> bool:
        return self.method in (None, method) and PurePosixPath(path).match(self.path)


@dataclass(eq=False, kw_only=True)
class EventFault(Trigger):
    """The gateway dispatches an event `copies` times: 2 delivers it twice, 0 loses it for good."""

    event: str = "INTERACTION_CREATE"
    copies: int = 2


class Occurrence(NamedTuple):
    """One thing that went wrong: by which name, and what it hit."""

    name: str
    subject: str


class Faults:
    """What goes wrong on this local Discord, and the record of it.

    Of several faults that match, the one that was added first happens, alone.
    """

    def __init__(self, seed: int = 0) -> None:
        self.log: list[Occurrence] = []
        self._random = Random(seed)
        self._requests: list[Fault] = []
        self._events: list[EventFault] = []
        self._happening: set[asyncio.Task[object]] = set()
        self._noted = asyncio.Event()

    def add(self, *faults: Fault | EventFault) -> None:
        for fault in faults:
            if isinstance(fault, Fault):
                self._requests.append(fault)
            else:
                self._events.append(fault)

    def clear(self) -> None:
        """Disarm all faults; what they already do to a request goes on."""
        self._requests.clear()
        self._events.clear()

    @property
    def counts(self) -> Counter[str]:
        """How often what happened, by name."""
        return Counter(occurrence.name for occurrence in self.log)

    async def happened(self, name: str, times: int = 1) -> None:
        """Wait until something has happened so many times in all."""
        while self.counts[name] < times:
            await self._noted.wait()

    def note(self, name: str, subject: object = "") -> None:
        """Record what goes wrong by other ways than an armed fault."""
        self.log.append(Occurrence(name, str(subject)))
        self._noted.set()
        self._noted = asyncio.Event()

    def copies_of(self, event: str) -> int:
        """How often an event is to be dispatched."""
        for fault in self._events:
            if fault.event == event and fault.fires(self._random):
                self.note(fault.name, event)
                return fault.copies
        return 1

    def close(self) -> None:
        """End what keeps requests waiting."""
        for task in self._happening:
            task.cancel()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let happen to a request what is armed for it."""
        fault = await self._fault_for(request)
        if fault is None:
            return await handler(request)
        self.note(fault.name, route_of(request))
        task = asyncio.current_task()
        assert task is not None
        self._happening.add(task)
        try:
            return await fault.effect(request, handler)
        finally:
            self._happening.discard(task)

    async def _fault_for(self, request: web.Request) -> Fault | None:
        path = path_of(request)
        for fault in list(self._requests):
            if fault.spent or not fault.is_for(request.method, path):
                continue
            if await _concerns(fault, request) and fault.fires(self._random):
                return fault
        return None


async def _concerns(fault: Fault, request: web.Request) -> bool:
    if fault.when is None:
        return True
    try:
        return fault.when(await load_body(request))
    except DiscordError:  # the handler will answer that
        return False
