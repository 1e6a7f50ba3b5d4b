"""A clock that runs, and that a test can put forward."""

import time


class Clock:
    """Unix seconds, plus what was skipped."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def __call__(self) -> float:
        return time.time() + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds
