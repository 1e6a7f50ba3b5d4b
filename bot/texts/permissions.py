"""The names of Discord's permissions, and lists of them."""

from collections.abc import Sequence

from babel.lists import format_list

from bot.i18n import N_, _, language

VIEW_CHANNEL = N_("View Channel")
CONNECT = N_("Connect")
ATTACH_FILES = N_("Attach Files")
SEND_MESSAGES = N_("Send Messages")
CREATE_THREADS = N_("Create Public Threads")
SEND_IN_THREADS = N_("Send Messages in Threads")
EMBED_LINKS = N_("Embed Links")
SOME_PERMISSION = N_("a permission")


def listed(names: Sequence[str]) -> str:
    """Return "View Channel and Attach Files" in the reader's language."""
    return format_list([_(name) for name in names], locale=language())
