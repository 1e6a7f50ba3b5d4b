"""Room on the disk: checked before a clip is promised, not when it is lost."""

import asyncio
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)

MIN_FREE_BYTES = 200 * 2**20
"""For the clips that are being made, and for SQLite, whose log grows before it is folded in."""
_INTERVAL = 15.0


def has_room(folder: Path, min_free: int = MIN_FREE_BYTES) -> bool:
    """Tell whether an existing folder's disk has room for the clips to come."""
    return shutil.disk_usage(folder).free >= min_free


class DiskGuard:
    """Watches a folder's disk, and tells when it is nearly full and when it has room again.

    `on_change` is called with whether there is room, at each change from the room there was at
    first. `interval` is in seconds: nothing tells when a disk is freed but looking again.
    """

    def __init__(
        self,
        folder: Path,
        on_change: Callable[[bool], None],
        *,
        min_free: int = MIN_FREE_BYTES,
        interval: float = _INTERVAL,
    ) -> None:
        self.min_free = min_free
        self._folder = folder
        self._on_change = on_change
        self._interval = interval
        self._had_room = True

    def has_room(self) -> bool:
        """Measure now; a disk that cannot be measured, as it is gone, has no room."""
        try:
            room = has_room(self._folder, self.min_free)
        except OSError as error:
            _log.error("the disk of the clips cannot be measured: %s", error)
            room = False
        if room != self._had_room:
            self._had_room = room
            self._tell(room)
        return room

    async def watch(self) -> None:
        """Look every so often until cancelled."""
        while True:
            self.has_room()
            await asyncio.sleep(self._interval)

    def _tell(self, room: bool) -> None:
        if room:
            _log.info("the disk of the clips has room again")
        else:
            _log.error(
                "the disk of the clips has less than %d MB left: no new clip starts until some "
                "space is freed",
                self.min_free // 2**20,
            )
        self._on_change(room)
