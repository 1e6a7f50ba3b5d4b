"""One bot for a database, and one for a token: locks that the system takes back from the dead."""

import hashlib
import os
import platform
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import StartupError


@contextmanager
def sole_instance(database: Path, token: str, discord_url: str | None) -> Generator[None]:
    """Hold both locks. Raises `StartupError`, which says who does, when another process does.

    The one of the token is found on this machine alone, and by the same user; `discord_url` tells
    the local Discords apart, whose tokens are all alike.
    """
    database_lock = _held(
        Path(f"{database}.lock"),
        f"uses the database {database}: stop it first, or set another DATA_DIR",
        folder="DATA_DIR",
    )
    token_lock = _held(
        _token_lock(token, discord_url),
        "is logged in with this DISCORD_TOKEN: stop it first, "
        "or give this one an application of its own",
        folder="TMPDIR",
    )
    with database_lock, token_lock:
        yield


def _token_lock(token: str, discord_url: str | None) -> Path:
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError as error:  # a container whose whole disk is read-only
        raise StartupError(f"No folder for temporary files: set TMPDIR ({error})") from error
    digest = hashlib.sha256(f"{token}\n{discord_url}".encode()).hexdigest()[:16]
    return Path(folder) / f"zoetrope-{os.getuid()}-{digest}.lock"


@contextmanager
def _held(path: Path, what_the_other_does: str, folder: str) -> Generator[None]:
    lock = FileLock(path, blocking=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        path.write_text(f"process {os.getpid()} on {platform.node()}")
    except Timeout:
        raise StartupError(f"Another bot{_holder(path)} {what_the_other_does}") from None
    except OSError as error:
        raise StartupError(
            f"The lock {path} cannot be made ({error}): "
            f"check the disk's free space and the permissions of {folder}"
        ) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is held: who waits for it notices, and looks again
        lock.release()


def _holder(path: Path) -> str:
    """Return the holder's words about itself, or nothing in the moment before it writes them."""
    try:
        text = path.read_text()
    except OSError:
        return ""
    return text and f" ({text})"
