"""The words of /settings."""

from bot.i18n import _
from bot.texts.common import quote


def blocked_words(words: tuple[str, ...]) -> str:
    """List them, hidden until somebody wants to read them."""
    return f"||{quote(', '.join(words), 900)}||" if words else _("off")
