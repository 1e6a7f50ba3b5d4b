"""One run of the generator process, from its start to its end."""

import asyncio
import logging
import re
import signal
from collections.abc import AsyncGenerator, Sequence

import msgspec

from generator.protocol import Command, Event, Shutdown, decode_event, encode_line

_log = logging.getLogger(__name__)

_MAX_LINE = 2**24
"""Bytes in a line; asyncio's own limit of 64 KiB is too small for long prompts."""

_LEVELLED = re.compile(r"((?:\[[^\]]*\] )?)(WARNING|ERROR|CRITICAL) (.*)")
"""A line of the child's log (`generator.logs`); others are what libraries print."""

_TERMINATE_GRACE = 2.0


class Child:
    """A generator process and its three pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._last_words = ""
        self._log_reader = asyncio.create_task(self._log_stderr())

    @classmethod
    async def spawn(cls, command: Sequence[str]) -> "Child":
        """Start the command in a session of its own, so that Ctrl-C reaches only us."""
        pipe = asyncio.subprocess.PIPE
        return cls(
            await asyncio.create_subprocess_exec(
                *command,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                limit=_MAX_LINE,
                start_new_session=True,
            )
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, command: Command) -> None:
        """Write a command; one to a dead child is lost, which the end of `events` tells."""
        stdin = self._process.stdin
        assert stdin is not None
        if not stdin.is_closing():
            stdin.write(encode_line(command))

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield what the child says until it closes its stdout, by exiting as a rule."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                yield decode_event(line)
            except msgspec.DecodeError as error:
                _log.error("ignored a line that is no event: %s", error)

    def terminate(self) -> None:
        """End the child whatever it does: ask the system nicely first, then not."""
        self._signal(signal.SIGTERM)
        asyncio.get_running_loop().call_later(_TERMINATE_GRACE, self._signal, signal.SIGKILL)

    async def stop(self, grace: float) -> None:
        """Ask the child to exit, give it `grace` seconds, then end it; returns once it is gone."""
        self.send(Shutdown())
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(grace):  # wait_for of Python 3.11 may swallow a cancellation
                await self._process.wait()
        except TimeoutError:
            self.terminate()
            await self._process.wait()
        await self._log_reader

    def epitaph(self) -> str:
        """Say how the child ended, in words that need no translation as a rule."""
        code = self._process.returncode
        if code is not None and code < 0:
            return signal.Signals(-code).name
        return self._last_words or f"exit status {code}"

    def _signal(self, number: int) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)

    async def _log_stderr(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip()
            if text:
                level, self._last_words = _parted(text)
                _log.log(level, "%s", self._last_words)


def _parted(line: str) -> tuple[int, str]:
    """Return the level that a line of the child's has there, and the line without its word."""
    if match := _LEVELLED.fullmatch(line):
        request, level, text = match.groups()
        return logging.getLevelNamesMapping()[level], request + text
    return logging.INFO, line
