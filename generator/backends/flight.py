"""A request between the call of `generate` and its terminal event."""

import asyncio
from collections.abc import Callable

from generator.protocol import (
    Cancelled,
    Failed,
    GenerationRequest,
    Progress,
    RequestEvent,
    Stage,
)


class Flight:
    """The events of one request on their way to its reader, and the clock that runs against it.

    `expired` is called when the clock, once started, has run for `timeout` seconds. It starts anew
    when a model has been loaded, which may have taken a download.
    """

    def __init__(
        self, request: GenerationRequest, timeout: float, expired: Callable[["Flight"], None]
    ) -> None:
        self.request = request
        self.events: asyncio.Queue[RequestEvent] = asyncio.Queue()
        self.landed = False
        self._timeout = timeout
        self._expired = expired
        self._timed_out = False
        self._stage: Stage | None = None
        self._clock: asyncio.TimerHandle | None = None

    def deliver(self, event: RequestEvent) -> None:
        """Pass an event on; nothing passes after a terminal one."""
        if self.landed:
            return
        if isinstance(event, Progress):
            self._advance(event.stage)
        else:
            self.landed = True
            self._stop_clock()
            if self._timed_out and isinstance(event, Cancelled | Failed):
                event = self._timeout_failure()
        self.events.put_nowait(event)

    def start_clock(self) -> None:
        """Start the clock unless it runs."""
        if self._clock is None:
            self._clock = asyncio.get_running_loop().call_later(self._timeout, self._expire)

    def _advance(self, stage: Stage) -> None:
        if self._stage == "loading" and stage != "loading":
            self._stop_clock()
        self._stage = stage
        self.start_clock()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _expire(self) -> None:
        self._timed_out = True
        self._expired(self)

    def _timeout_failure(self) -> Failed:
        doing = f" while {self._stage.replace('_', ' ')}" if self._stage else ""
        return Failed(
            id=self.request.id,
            reason="timed_out",
            message=f"This clip took longer than {self._timeout:g} seconds and was stopped{doing};"
            " ask for fewer steps, fewer frames or a smaller size.",
        )
