"""The names of a clip's files."""

import contextlib
from pathlib import Path


def part_of(path: Path) -> Path:
    """Return where a file grows before it takes its own name."""
    return Path(f"{path}.part")


def upload_of(path: Path) -> Path:
    """Return where the smaller file of a clip goes."""
    return path.with_suffix(".upload.mp4")


def filmstrip_of(path: Path) -> Path:
    """Return where the filmstrip of a clip goes."""
    return path.with_suffix(".strip.jpg")


def remove_parts(path: Path) -> None:
    """Remove what a process that was killed left of a clip's files."""
    for file in (path, upload_of(path)):
        with contextlib.suppress(OSError):
            part_of(file).unlink()
