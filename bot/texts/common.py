"""What sentences are made with: members' words made harmless, times, sizes."""

from unicodedata import bidirectional

from discord.utils import escape_markdown, escape_mentions

from bot.i18n import decimal
from bot.jobs.job import Job

_QUOTED_LENGTH = 300
_DIRECTIONS = str.maketrans("", "", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates, which turn what is written behind them, too."""


def tidy(text: str) -> str:
    """Return a member's words in one line, without what would turn other words around."""
    return " ".join(text.translate(_DIRECTIONS).split())


def quote(text: str, length: int = _QUOTED_LENGTH) -> str:
    """Return a member's words as plain text: no mention, link or markdown, and not too long.

    Words from right to left keep their order to themselves.
    """
    text = cut(text.translate(_DIRECTIONS), length)
    escaped = escape_markdown(text, ignore_links=False)
    # a backslash is not shown, and neither a mention nor an address goes on behind it
    harmless = escape_mentions(escaped.replace("<", "\\<").replace("://", ":\\//"))
    if any(bidirectional(character) in ("R", "AL") for character in text):
        return f"\u2068{harmless}\u2069"
    return harmless


def in_code(text: str, length: int) -> str:
    """Return a member's words for between backticks, where everything is shown as it is."""
    return escape_mentions(cut(text.translate(_DIRECTIONS), length).replace("`", "'"))


def link_to(job: Job) -> str | None:
    """Return the address of a job's clip, else of its status; None where others cannot see it."""
    message_id = job.result_message_id or job.status_message_id
    if message_id is None or job.private:
        return None
    return f"https://discord.com/channels/{job.guild_id or '@me'}/{job.channel_id}/{message_id}"


def to_copy(text: str) -> str:
    """Return a member's words for them to copy, exactly but for what would end the block."""
    harmless = text.replace("```", "'" * 3)
    return f"```\n{harmless}\n```"


def cut(text: str, length: int = 2000) -> str:
    """Return a text of at most so many characters, which fit into a message."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def from_now(unix_time: float) -> str:
    """Return a time that Discord's client shows as "in 2 minutes", and keeps true."""
    return f"<t:{round(unix_time)}:R>"


def at(unix_time: float) -> str:
    """Return a time that Discord's client shows as date and time where the reader lives."""
    return f"<t:{round(unix_time)}:f>"


def short_number(number: float) -> str:
    """Return a number with one digit after the point where it has any."""
    return decimal(number, 0 if float(number).is_integer() else 1)
