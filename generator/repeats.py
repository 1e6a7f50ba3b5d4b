"""Exact repeats: a clip that was made before, and is still there, is not made again."""

import contextlib
import hashlib
import logging
import os
import shutil
from collections import OrderedDict
from pathlib import Path

from msgspec import structs

from generator.files import filmstrip_of, part_of, upload_of
from generator.protocol import GIVEN_FILES, Completed, GenerationRequest

_log = logging.getLogger(__name__)

_SIZE = 256
"""Clips remembered."""

_Content = tuple[GenerationRequest, tuple[bytes | None, ...]]
_Stamps = tuple[tuple[int, int], ...]


class Repeats:
    """The clips made so far by what was asked, for as long as nobody touches their files."""

    def __init__(self) -> None:
        self._clips: OrderedDict[_Content, tuple[Completed, _Stamps]] = OrderedDict()

    def remember(self, request: GenerationRequest, completed: Completed) -> None:
        """Note a clip that was made."""
        with contextlib.suppress(FileNotFoundError):  # deleted already
            self._clips[_content(request)] = completed, _stamps(completed)
        while len(self._clips) > _SIZE:
            self._clips.popitem(last=False)

    def copy(self, request: GenerationRequest) -> Completed | None:
        """Return the clip that was asked for under its new names; None if it has to be made.

        It is the same file on the disk where that is possible, so it outlives the first one's
        deletion and takes no room.
        """
        try:
            content = _content(request)
            completed, stamps = self._clips.get(content, (None, ()))
            if completed is None:
                return None
            if stamps != _stamps(completed):
                self._clips.pop(content, None)
                return None
            return _renamed(completed, request)
        except OSError as error:  # deleted, as a rule
            _log.info("%s is made anew: %s", request.id, error)
            return None


def _content(request: GenerationRequest) -> _Content:
    """Return what decides of the clip; raises `OSError` for a file that cannot be read."""
    asked = structs.replace(request, id="", output_path="", previews=False)
    # whatever they are called; one that is named and one that is not differ all the same
    asked = structs.replace(asked, **dict.fromkeys(GIVEN_FILES))
    return asked, tuple(_digest(getattr(request, name)) for name in GIVEN_FILES)


def _digest(path: str | None) -> bytes | None:
    if path is None:
        return None
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _stamps(completed: Completed) -> _Stamps:
    files = [completed.path, *([completed.upload.path] if completed.upload else [])]
    stats = [Path(path).stat() for path in files]
    return tuple((stat.st_size, stat.st_mtime_ns) for stat in stats)


def _renamed(completed: Completed, request: GenerationRequest) -> Completed:
    path = Path(request.output_path)
    _link(Path(completed.path), path)
    upload, filmstrip = completed.upload, completed.filmstrip
    if upload is not None:
        _link(Path(upload.path), upload_of(path))
        upload = structs.replace(upload, path=str(upload_of(path)))
    if filmstrip is not None:
        if Path(filmstrip.path).exists():
            _link(Path(filmstrip.path), filmstrip_of(path))
            filmstrip = structs.replace(filmstrip, path=str(filmstrip_of(path)))
        else:  # it is yet to be drawn, or never was
            filmstrip = None
    return structs.replace(
        completed,
        id=request.id,
        path=str(path),
        seconds={},
        upload=upload,
        filmstrip=filmstrip,
    )


def _link(file: Path, name: Path) -> None:
    """Give a file a second name, or copy it where the file system cannot; whole or not at all."""
    part = part_of(name)
    try:
        try:
            os.link(file, part)
        except OSError:  # another disk, or one without links
            shutil.copy2(file, part)
        part.replace(name)
    finally:
        part.unlink(missing_ok=True)
