"""The two ways the bot says no, and the one its database does."""

from bot.i18n import _


class StartupError(Exception):
    """The bot cannot start; the text tells the operator in one sentence what to do."""


class Refusal(Exception):
    """A wish that will not be granted; the text tells the member why and what would work.

    A message id is translated into the language being spoken.
    """

    def __init__(self, text: str) -> None:
        super().__init__(_(text))


class StoreError(Exception):
    """The database could not be read or written, which may pass: a full disk, a lock.

    Nothing of what failed was stored, and the store goes on; the text is for the log.
    """
