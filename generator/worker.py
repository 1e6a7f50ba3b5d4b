"""The child process: commands in on stdin, events out on stdout, one JSON object a line."""

import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import BinaryIO, NoReturn

import msgspec

from generator.catalogue import Catalogue
from generator.engine import Engine
from generator.errors import GeneratorError
from generator.logs import set_up_logging
from generator.protocol import (
    Cancel,
    Event,
    GenerationRequest,
    Shutdown,
    decode_command,
    encode_line,
)
from generator.runtime import Runtime

_log = logging.getLogger(__name__)


def run_worker(
    catalogue: Catalogue, open_runtime: Callable[[], Runtime], *, preload: str | None = None
) -> NoReturn:
    """Serve commands until `Shutdown` or the end of stdin, which is also the parent's death."""
    set_up_logging()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to act on
    commands, events = _take_channel()
    engine = Engine(catalogue, open_runtime, _EventChannel(events).emit)
    engine.start(preload).add_done_callback(_exit_if_failed)
    _serve(engine, commands)
    # nothing here is worth saving, and a device that is busy could not be asked to stop
    os._exit(0)


def _serve(engine: Engine, commands: BinaryIO) -> None:
    for line in commands:
        try:
            command = decode_command(line)
        except msgspec.DecodeError as error:
            _log.error("ignored a line that is no command: %s", error)
            continue
        match command:
            case GenerationRequest():
                engine.submit(command)
            case Cancel(id=request_id):
                engine.cancel(request_id)
            case Shutdown():
                return


class _EventChannel:
    """Writes whole lines from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        with self._lock:
            self._stream.write(encode_line(event))
            self._stream.flush()


def _take_channel() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for ourselves: stray prints go to stderr, stray reads find nothing."""
    commands = os.fdopen(os.dup(0), "rb")
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return commands, events


def _exit_if_failed(start: Future[None]) -> None:
    """End a process that has no device; its last line says why."""
    if error := start.exception():
        if isinstance(error, GeneratorError):
            print(error, file=sys.stderr, flush=True)
        else:
            traceback.print_exception(error)
        os._exit(1)
