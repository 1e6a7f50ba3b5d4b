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
    handler.setFormatter(_LineFormatter("%(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])


class _LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        request_id = _request_id.get()
        beginning = f"[{request_id}] {record.levelname}" if request_id else record.levelname
        # the parent reads lines, so a traceback's need it, too
        return "\n".join(f"{beginning} {line}" for line in super().format(record).split("\n"))
