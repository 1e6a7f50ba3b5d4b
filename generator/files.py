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


def thumbnail_of(path: Path) -> Path:
    """Return where the thumbnail of a clip goes, once somebody wants to see it."""
    return path.with_suffix(".thumb.jpg")


def preview_of(path: Path) -> Path:
    """Return where the preview of a clip is while the clip is made."""
    return path.with_suffix(".preview.jpg")


def remove_parts(path: Path) -> None:
    """Remove what a process that was killed left of a clip's files."""
    files = (path, upload_of(path), filmstrip_of(path), preview_of(path))
    for left in (*map(part_of, files), preview_of(path)):
        with contextlib.suppress(OSError):
            left.unlink()
