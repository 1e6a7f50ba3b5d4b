"""Whether clips can be made at the moment."""

import asyncio
from collections.abc import Callable


class Gate:
    """Open while jobs may start; else closed by one cause or several, each with a sentence."""

    def __init__(self) -> None:
        self._notes: dict[str, str] = {}
        self._opened = asyncio.Event()
        self._opened.set()
        self._on_change: list[Callable[[], None]] = []

    @property
    def note(self) -> str:
        """Why no job starts, for members; empty while the gate is open."""
        return next(iter(self._notes.values()), "")

    def on_change(self, call: Callable[[], None]) -> None:
        """Have this called whenever `note` may have changed."""
        self._on_change.append(call)

    def close(self, cause: str, note: str) -> None:
        """Let no job start for a cause, or change that cause's note."""
        if self._notes.get(cause) != note:
            self._notes[cause] = note
            self._opened.clear()
            self._tell()

    def open(self, cause: str) -> None:
        """Take a cause away; the gate is open when none is left."""
        if self._notes.pop(cause, None) is not None:
            if not self._notes:
                self._opened.set()
            self._tell()

    async def wait(self) -> None:
        """Wait until the gate is open."""
        await self._opened.wait()

    def _tell(self) -> None:
        for call in self._on_change:
            call()
