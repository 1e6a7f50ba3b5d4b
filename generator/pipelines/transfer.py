"""Fetching files over HTTP, several at a time: resumed where they were cut, and checked."""

import fcntl
import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path

import httpx2
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status, http_stream_backoff
from safetensors import SafetensorError, safe_open

_AT_ONCE = 4
_TIMEOUT = 10.0
"""Seconds without a byte after which a connection counts as cut."""
_IDLE_TRIES = 5
"""Connections in a row that may bring nothing."""
_PAUSE = 1.0
_POLL = 0.4


class BrokenFileError(Exception):
    """A file arrived twice, and not as its repository describes it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is broken")
        self.name = name


class SourceError(Exception):
    """A repository's files cannot be had; the cause says why."""

    def __init__(self, repository: str, revision: str | None) -> None:
        super().__init__(f"cannot get {repository} at {revision or 'its main branch'}")
        self.repository = repository
        self.revision = revision


@dataclass(frozen=True)
class Transfer:
    """A file to fetch: `size` bytes whose digest is known, to a place that has only whole files.

    The digest is SHA-256, or git's SHA-1 of a blob, as its length tells.
    """

    name: str
    repository: str
    revision: str | None
    url: str
    size: int
    digest: str
    destination: Path

    @property
    def part(self) -> Path:
        """Where the bytes wait until they are all there."""
        return self.destination.with_name(f"{self.destination.name}.incomplete")

    @property
    def bytes_here(self) -> int:
        """Bytes that are on this machine, whichever process fetches them."""
        for path in (self.destination, self.part):
            try:
                return min(path.stat().st_size, self.size)
            except FileNotFoundError:
                continue
        return 0


def run_transfers(transfers: Sequence[Transfer], on_bytes: Callable[[int], None]) -> None:
    """Fetch all files; what stops it leaves the parts to go on from.

    `on_bytes` is called about twice a second with the bytes that are here of all of them, and stops
    the transfers by raising. Raises `SourceError`.
    """
    stopped = threading.Event()
    pool = ThreadPoolExecutor(_AT_ONCE, "download")
    running = {pool.submit(_bring, transfer, stopped): transfer for transfer in transfers}
    pending = set(running)
    try:
        while pending:
            on_bytes(sum(transfer.bytes_here for transfer in transfers))
            done, pending = wait(pending, timeout=_POLL, return_when=FIRST_EXCEPTION)
            for future in done:
                _raise_fault(future, running[future])
        on_bytes(sum(transfer.size for transfer in transfers))
    finally:
        # a thread that waits for the network notices late; its lock keeps others off its part
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _raise_fault(done: Future[None], transfer: Transfer) -> None:
    if error := done.exception():
        raise SourceError(transfer.repository, transfer.revision) from error


def is_sound(path: Path, name: str) -> bool:
    """Whether a file is what its name says: of safetensors, the tensors must fill it exactly."""
    if not name.endswith(".safetensors"):
        return True
    try:
        with safe_open(path, framework="np"):
            return True
    except (SafetensorError, OSError):
        return False


def _bring(transfer: Transfer, stopped: threading.Event) -> None:
    transfer.part.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        with transfer.part.open("a+b") as file:
            if not _lock(file, stopped):
                return
            if transfer.destination.exists():  # another process was quicker
                transfer.part.unlink(missing_ok=True)
                return
            _stream(transfer, file, stopped)
            if stopped.is_set():
                return
            if _digest(file, transfer) == transfer.digest and is_sound(
                transfer.part, transfer.name
            ):
                transfer.part.replace(transfer.destination)
                return
            _empty(file)
    raise BrokenFileError(transfer.name)


def _lock(file: BufferedRandom, stopped: threading.Event) -> bool:
    """Wait until nobody else writes the file; False once stopped."""
    while not stopped.is_set():
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stopped.wait(_POLL)
        else:
            return True
    return False


def _stream(transfer: Transfer, file: BufferedRandom, stopped: threading.Event) -> None:
    """Append what is missing, over as many connections as it takes."""
    idle = 0
    while (before := file.tell()) < transfer.size and not stopped.is_set():
        fault = None
        try:
            _read(transfer, file, stopped)
        except httpx2.TransportError as error:
            fault = error
        idle = 0 if file.tell() > before else idle + 1
        if idle == _IDLE_TRIES:
            raise ConnectionError(f"{transfer.url} sends nothing any more") from fault
        if idle:
            stopped.wait(_PAUSE)


def _read(transfer: Transfer, file: BufferedRandom, stopped: threading.Event) -> None:
    """Append what one connection brings."""
    here = file.tell()
    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if here:
        headers["Range"] = f"bytes={here}-"
    with http_stream_backoff(
        "GET", transfer.url, headers=headers, timeout=_TIMEOUT, retry_on_exceptions=()
    ) as response:
        hf_raise_for_status(response)
        if here and response.status_code != 206:  # all of it, whatever was asked for
            _empty(file)
        for chunk in response.iter_bytes():
            if stopped.is_set():
                return
            file.write(chunk)
            file.flush()


def _empty(file: BufferedRandom) -> None:
    file.truncate(0)
    file.seek(0)


def _digest(file: BufferedRandom, transfer: Transfer) -> str:
    file.seek(0)
    if len(transfer.digest) == hashlib.sha256().digest_size * 2:
        return hashlib.file_digest(file, "sha256").hexdigest()
    git = hashlib.sha1(b"blob %d\0" % transfer.size, usedforsecurity=False)
    return hashlib.file_digest(file, lambda: git).hexdigest()
