"""The log: lines name the job they are about, and none ever holds a token."""

import contextlib
import logging
import re
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(job)s%(message)s"
_HIDDEN = "[hidden]"
_SHORTEST_SECRET = 8
"""Characters; less is no token, and would be found in ordinary words."""

_TOKENS = re.compile(
    r"""
      ( / (?: webhooks | interactions ) / \d+ / ) [^/\s?'"]+   # in addresses
    | ( token \\* ["'] \s* : \s* \\* ["'] ) [^"'\\]+         # in payloads, printed or encoded
    | aW50ZXJhY3Rpb246 [\w=-]+                               # an interaction's, by its beginning
    | [\w-]{23,} \. [\w-]{6} \. [\w-]{27,}                   # a bot's
    | \b hf_ \w{16,}                                         # the Hugging Face Hub's
    """,
    re.VERBOSE,
)

_job_id: ContextVar[str] = ContextVar("job_id", default="")


@contextmanager
def job_context(job_id: str) -> Generator[None]:
    """Name a job in every line that is logged in this block, and by tasks that start in it."""
    former = _job_id.set(job_id)
    try:
        yield
    finally:
        _job_id.reset(former)


def set_up_logging(level: str, secrets: Iterable[str] = ()) -> None:
    """Write to stderr from `level` up, without the secrets and what else is a token."""
    handler = _Handler(sys.stderr)
    handler.setFormatter(LineFormatter(secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # its lines hold whole rows, at DEBUG alone: prompts are nobody's business
    logging.getLogger("aiosqlite").setLevel(logging.INFO)


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say what could not be logged; Python's own way prints it raw, with its arguments."""
        error = sys.exc_info()[0]
        with contextlib.suppress(OSError, ValueError):  # of a stderr that is gone
            place = f"{record.name}, {record.pathname}:{record.lineno}"
            print(f"a line of {place} could not be logged: {error}", file=self.stream)


class LineFormatter(logging.Formatter):
    """Formats a record with its traceback, and only then hides what must not be read."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(_FORMAT)
        self._secrets = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]

    def format(self, record: logging.LogRecord) -> str:
        job_id = _job_id.get()
        job = f"[{job_id}] " if job_id else ""
        record.__dict__["job"] = job
        # on each line, so that a search for the job finds its tracebacks, too
        return self._redact(super().format(record)).replace("\n", f"\n{job}")

    def _redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKENS.sub(lambda match: (match[1] or match[2] or "") + _HIDDEN, text)
