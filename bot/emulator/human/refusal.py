"""What Discord's own client would not let its user do."""

from typing import NamedTuple

from bot.emulator.wire import Payload


class Fault(NamedTuple):
    """One reason; `option` is None when it is about the whole."""

    option: str | None
    message: str


class Refusal(Exception):
    """Answered as a status and {"errors": [{"option", "message"}]}."""

    def __init__(self, status: int, *faults: Fault) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.status = status
        self.payload: Payload = {"errors": [fault._asdict() for fault in faults]}


def refuse(status: int, message: str, option: str | None = None) -> Refusal:
    return Refusal(status, Fault(option, message))
