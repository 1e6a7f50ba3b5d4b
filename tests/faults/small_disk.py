"""A disk of the suite's own that can be filled to the last byte: memory, seen by one namespace."""

import errno
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MEBIBYTES = 260
"""A little more than what the bot wants to be free."""
_ZEROS = bytes(2**20)


@dataclass(frozen=True)
class SmallDisk:
    """The disk mounted at a folder."""

    folder: Path

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(_ZEROS)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


def run_with_disk(folder: Path, command: Sequence[str]) -> int | None:
    """Run a command that has such a disk at a folder, which must exist; return its exit status.

    None where this system lets ordinary users mount nothing.
    """
    if _in_namespace(folder, ["true"]) != 0:
        return None
    return _in_namespace(folder, command)


def _in_namespace(folder: Path, command: Sequence[str]) -> int:
    unshare = shutil.which("unshare")
    if unshare is None:
        return 1
    script = f'mount -t tmpfs -o size={_MEBIBYTES}m none "$0" && exec "$@"'
    options = ("--user", "--map-root-user", "--mount")
    return subprocess.call([unshare, *options, "sh", "-c", script, folder, *command])
