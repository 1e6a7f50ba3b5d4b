"""A request between the call of `generate` and its terminal event."""

import asyncio
import logging
from collections.abc import Callable

from generator.backends.patience import Pace
from generator.messages import N_
from generator.protocol import (
    Cancelled,
    Failed,
    GenerationRequest,
    Progress,
    RequestEvent,
    Stage,
)

_log = logging.getLogger(__name__)


class Flight:
    """The events of one request on their way to its reader, and the clock that runs against it.

    `expired` is called when the clock, once started, has run out: of the time for the whole clip,
    or of the time until the next event.
    """

    def __init__(
        self, request: GenerationRequest, pace: Pace, expired: Callable[["Flight"], None]
    ) -> None:
        self.request = request
        self.events: asyncio.Queue[RequestEvent] = asyncio.Queue()
        self.landed = False
        self.cancelled = False
        self._doubted = False
        self._pace = pace
        self._expired = expired
        self._failure: Failed | None = None
        self._stage: Stage | None = None
        self._heard = self._deadline = 0.0
        self._clock: asyncio.TimerHandle | None = None

    @property
    def begun(self) -> bool:
        """Whether the child has said anything of it."""
        return self._stage is not None

    @property
    def expired(self) -> bool:
        """Whether its clock has run out."""
        return self._failure is not None

    def deliver(self, event: RequestEvent) -> None:
        """Pass an event on; nothing passes after a terminal one."""
        if self.landed:
            return
        if isinstance(event, Progress):
            self._advance(event.stage)
        else:
            self.landed = True
            self._stop_clock()
            if self._failure and isinstance(event, Cancelled | Failed):
                event = self._failure
        self.events.put_nowait(event)

    def start_clock(self) -> None:
        """Start the clock unless it runs."""
        if self._clock is None:
            self._begin()
            self._wind_clock()

    def survives(self, *, first: bool) -> bool:
        """Return whether it goes on with the next child when one dies, and stop its clock if so.

        A child may have died of the first in line before it could say a word of it; that is held
        against it the second time.
        """
        if self.begun or self.expired or (first and self._doubted):
            return False
        self._doubted = first
        self._stop_clock()
        return True

    def _advance(self, stage: Stage) -> None:
        if self._stage is None or self._stage == "loading":
            self._begin()
        elif self._stage == "denoising":
            self._pace.note_step(self.request, _now() - self._heard)
        self._stage = stage
        self._wind_clock()

    def _begin(self) -> None:
        self._deadline = _now() + self._pace.patience.clip

    def _wind_clock(self) -> None:
        self._stop_clock()
        if self.expired:
            return
        self._heard = _now()
        due = self._heard + self._pace.limit(self.request, self._stage)
        if self._stage != "loading":  # which may take a download
            due = min(due, self._deadline)
        self._clock = asyncio.get_running_loop().call_at(due, self._expire, due)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _expire(self, due: float) -> None:
        seconds = round(due - self._heard, 1)
        message = N_(
            "This clip made no progress for {seconds:g} seconds and was stopped. Try again."
        )
        if due == self._deadline:
            seconds = self._pace.patience.clip
            message = N_(
                "This clip took longer than {seconds:g} seconds and was stopped."
                " Ask for fewer steps, fewer frames or a smaller size."
            )
        self._failure = Failed(
            id=self.request.id, reason="timed_out", message=message, values={"seconds": seconds}
        )
        _log.warning(
            "request %s is stopped while %s: %s",
            self.request.id,
            self._stage or "waiting",
            self._failure.text(),
        )
        self._expired(self)


def _now() -> float:
    return asyncio.get_running_loop().time()
