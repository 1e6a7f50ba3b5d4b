"""The generator as a child process of this machine, kept alive."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from generator.backends.child import Child
from generator.backends.flight import Flight
from generator.backends.patience import Pace, Patience
from generator.errors import GeneratorUnavailableError
from generator.files import remove_parts
from generator.messages import N_
from generator.protocol import (
    Cancel,
    Cancelled,
    Event,
    Failed,
    GenerationRequest,
    Ready,
    RequestEvent,
)

_log = logging.getLogger(__name__)

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
_LONG_LIFE = 60.0
"""Seconds after which a child's death is no longer held against the next one."""


class LocalGenerator:
    """A `Generator` that runs `command`, a worker on stdin and stdout, and replaces it if it dies.

    A request that is out of `patience` is cancelled; a child that does not obey within
    `cancel_grace` seconds is ended. What it had begun fails with it; what waited goes on with the
    next one.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        startup_timeout: float = 180.0,
        patience: Patience | None = None,
        cancel_grace: float = 30.0,
        stop_grace: float = 5.0,
    ) -> None:
        self._command = command
        self._startup_timeout = startup_timeout
        self._pace = Pace(patience or Patience())
        self._cancel_grace = cancel_grace
        self._stop_grace = stop_grace
        self._flights: dict[str, Flight] = {}
        self._child: Child | None = None
        self._closing = False

    async def __aenter__(self) -> Self:
        self._ready, self._ended = _promise_ready(), asyncio.Event()
        self._supervisor = asyncio.create_task(self._supervise())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing = True
        self._supervisor.cancel()
        await asyncio.wait([self._supervisor])
        self._bury(self._flights.values(), "closed")

    @property
    def ready(self) -> Ready | None:
        """What the device is; None while the child starts or restarts."""
        if not self._ready.done() or self._ready.exception():
            return None
        return self._ready.result()

    @property
    def pid(self) -> int | None:
        """The child's process id; None between two children."""
        return self._child.pid if self._child else None

    async def wait_ready(self) -> Ready:
        """Wait for the child; raises `GeneratorUnavailableError` if it ends before it is ready."""
        return await asyncio.shield(self._ready)

    async def wait_ended(self) -> None:
        """Wait until the present child, or the one that is to come, has ended."""
        await self._ended.wait()

    async def restart(self) -> None:
        """End the child unless requests are open; returns once it is gone, another follows."""
        if self._child is not None and not self._flights:
            ended = self._ended
            await self._child.stop(self._stop_grace)
            await ended.wait()

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[RequestEvent, None]:
        """Yield the request's events; see `Generator.generate`."""
        if self._closing:
            raise GeneratorUnavailableError(N_("The generator is closed."))
        if request.id in self._flights:
            raise ValueError(f"request {request.id!r} is already open")
        flight = self._flights[request.id] = Flight(request, self._pace, self._expired)
        if self._child:
            self._child.send(request)
            self._start_first_clock()
        try:
            while not (flight.landed and flight.events.empty()):
                yield await flight.events.get()
        finally:
            await self.cancel(request.id)

    async def cancel(self, request_id: str) -> None:
        """Stop a request at its next step; unknown ids are ignored."""
        flight = self._flights.get(request_id)
        if flight is None:
            return
        flight.cancelled = True
        if self._child:
            self._child.send(Cancel(request_id))
        else:
            self._deliver(Cancelled(request_id))

    def _deliver(self, event: RequestEvent) -> None:
        if flight := self._flights.get(event.id):
            flight.deliver(event)
            if flight.landed:
                del self._flights[event.id]
                self._start_first_clock()

    def _start_first_clock(self) -> None:
        """Let time run against the request whose turn it is, even if the child says nothing."""
        if self.ready and self._flights:
            next(iter(self._flights.values())).start_clock()

    def _expired(self, flight: Flight) -> None:
        child = self._child
        if child is None:
            return
        child.send(Cancel(flight.request.id))
        loop = asyncio.get_running_loop()
        loop.call_later(self._cancel_grace, lambda: flight.landed or child.terminate())

    async def _supervise(self) -> None:
        """Run one child after the other, with a longer pause after each that dies young."""
        delay = _FIRST_DELAY
        now = asyncio.get_running_loop().time
        while True:
            born = now()
            try:
                await self._run_child()
            except Exception as error:  # whatever it is, requests must not wait for ever
                _log.exception("the generator process was lost")
                self._bury(self._flights.values(), str(error))
            if now() - born > _LONG_LIFE:
                delay = _FIRST_DELAY
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY)

    async def _run_child(self) -> None:
        child = self._child = await Child.spawn(self._command)
        for flight in self._flights.values():
            child.send(flight.request)
        cause = None
        try:
            async with asyncio.timeout(self._startup_timeout) as startup:
                async for event in child.events():
                    self._receive(event, on_ready=lambda: startup.reschedule(None))
        except TimeoutError:
            cause = f"startup_timeout, {self._startup_timeout:g} s"
        finally:
            sent, self._child = list(self._flights.values()), None
            await child.stop(self._stop_grace)
            ending = [each for each in sent if not each.survives(first=each is sent[0])]
            self._bury(ending if self.ready else sent, cause or child.epitaph())
            for flight in sent:
                if flight.cancelled:
                    self._deliver(Cancelled(flight.request.id))

    def _receive(self, event: Event, on_ready: Callable[[], None]) -> None:
        if not isinstance(event, Ready):
            self._deliver(event)
        elif self.ready is None:
            on_ready()
            self._ready.set_result(event)
            self._start_first_clock()

    def _bury(self, flights: Iterable[Flight], cause: str) -> None:
        """Fail what a child took with it, and promise another."""
        if not self._ready.done():
            message = N_("The generator could not start: {cause}.")
            values = {"cause": cause.rstrip(".")}
            self._ready.set_exception(GeneratorUnavailableError(message, values))
        self._ended.set()
        self._ready, self._ended = _promise_ready(), asyncio.Event()
        for flight in list(flights):
            remove_parts(Path(flight.request.output_path))
            self._deliver(
                Failed(
                    id=flight.request.id,
                    reason="crashed",
                    message=N_(
                        "The generator stopped before this clip was done ({cause}). Try again."
                    ),
                    values={"cause": cause},
                    retryable=True,
                )
            )


def _promise_ready() -> asyncio.Future[Ready]:
    promise = asyncio.get_running_loop().create_future()
    # nobody has to wait for it
    promise.add_done_callback(lambda done: done.cancelled() or done.exception())
    return promise
