"""The worker's log, which the parent passes on: lines name the request they are about."""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")


@contextmanager
def request_context(request_id: str) -> Generator[None]:
    """Name a request in every line that this thread logs in this block."""
    former = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(former)


def set_up_logging() -> None:
    """Write warnings and worse to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LineFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])


class _LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if request_id := _request_id.get():
            # the parent reads lines, so a traceback's need it, too
            return "\n".join(f"[{request_id}] {line}" for line in text.split("\n"))
        return text
