"""Words for the people who ask: English sentences that somebody else may translate.

A message is an id with named placeholders, and their values: `N_` marks the ids for the catalogues,
and `words` puts the two together, in whatever language the given function speaks.
"""

from collections.abc import Callable, Mapping

Values = Mapping[str, str | int | float]
"""What takes the places in a message, by name."""


def N_(message: str) -> str:  # noqa: N802 - gettext's name
    """Mark a message id for the catalogues, and return it as it is."""
    return message


def words(message: str, values: Values, translate: Callable[[str], str] = str) -> str:
    """Return a message with its values; one without any stays as it is, whatever its braces."""
    message = translate(message)
    return message.format(**values) if values else message
