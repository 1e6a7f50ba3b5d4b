"""What can go wrong, as exceptions whose text is fit for the person who asked."""

from collections.abc import Callable

from generator.messages import Values, words
from generator.protocol import FailureReason


class GeneratorError(Exception):
    """Base of everything this package raises on purpose.

    `message` may have named placeholders for `values`; `str()` of the error is both in English.
    """

    def __init__(self, message: str, values: Values | None = None) -> None:
        self.message = message
        self.values: Values = values or {}
        super().__init__(self.text())

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return the message in the language that a function translates into."""
        return words(self.message, self.values, translate)


class UnknownModelError(GeneratorError):
    """A name that is not in the catalogue; the message lists those that are."""


class ModelFileError(GeneratorError):
    """A model file cannot be used; the message names the file and the line."""


class GeneratorUnavailableError(GeneratorError):
    """The generator process could not be started."""


class GenerationError(GeneratorError):
    """One request failed; the process and its other requests are fine."""

    def __init__(
        self,
        reason: FailureReason,
        message: str,
        values: Values | None = None,
        *,
        retryable: bool = False,
        path: str | None = None,
    ) -> None:
        super().__init__(message, values)
        self.reason: FailureReason = reason
        self.retryable = retryable
        self.path = path
        """The full file, where there is one although the request failed."""


class GenerationCancelledError(GeneratorError):
    """The request was cancelled after `step` of `total_steps`."""

    def __init__(self, step: int = 0, total_steps: int = 0) -> None:
        super().__init__(f"cancelled after step {step} of {total_steps}")
        self.step = step
        self.total_steps = total_steps


class DeviceLostError(GeneratorError):
    """The device is beyond repair for this process, which has to end; a new one may work."""
