"""The two ways the bot says no."""


class StartupError(Exception):
    """The bot cannot start; the text tells the operator in one sentence what to do."""


class Refusal(Exception):
    """A wish that will not be granted; the text tells the member why and what would work."""
