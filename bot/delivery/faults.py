"""What goes wrong between us and Discord, by what it means for a message."""

from enum import Enum, auto

import aiohttp
import discord

DISCORD_ERRORS = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""All that a call may raise; a timeout is an `OSError`. Refusals are only among the first."""


class Fault(Enum):
    """Why a message was not sent or edited."""

    UNREACHABLE = auto()
    """An outage, overload or lost connection: it may have worked, and may work later."""
    THROTTLED = auto()
    """Too many requests: it has not worked, and will later."""
    GONE = auto()
    """The message was deleted."""
    NO_PLACE = auto()
    """The channel was deleted, or cannot be seen."""
    NO_PERMISSION = auto()
    ARCHIVED = auto()
    SLOW_MODE = auto()
    TOO_LARGE = auto()
    CANNOT_REPLY = auto()
    """A reply needs to read the channel's history."""
    INVALID = auto()
    """Something in the body is against the rules: a mistake of ours."""
    OLD_MESSAGE = auto()
    """Messages over an hour old can be edited only now and then."""
    FILTERED = auto()
    """Discord does not like what the clip or its text shows."""
    NO_TOKEN = auto()
    """The interaction is over, a quarter of an hour after it began."""
    REFUSED = auto()


PASSING = frozenset({Fault.UNREACHABLE, Fault.THROTTLED})
"""The same call may work later."""

_CODES = {
    10003: Fault.NO_PLACE,
    10004: Fault.NO_PLACE,
    10008: Fault.GONE,
    10015: Fault.NO_TOKEN,
    10062: Fault.NO_TOKEN,
    20009: Fault.FILTERED,
    20016: Fault.SLOW_MODE,
    20028: Fault.THROTTLED,
    30046: Fault.OLD_MESSAGE,
    40005: Fault.TOO_LARGE,
    50001: Fault.NO_PLACE,
    50013: Fault.NO_PERMISSION,
    50027: Fault.NO_TOKEN,
    50035: Fault.INVALID,
    50083: Fault.ARCHIVED,
    130000: Fault.UNREACHABLE,
    160002: Fault.CANNOT_REPLY,
    240000: Fault.FILTERED,
}
_STATUSES = {401: Fault.UNREACHABLE, 413: Fault.TOO_LARGE, 429: Fault.THROTTLED}


class TokenError(discord.DiscordException):
    """There is no living interaction to write through."""


def fault_of(error: BaseException) -> Fault:
    """Return what one of `DISCORD_ERRORS` or a `TokenError` means."""
    if isinstance(error, TokenError):
        return Fault.NO_TOKEN
    if isinstance(error, discord.RateLimited):
        return Fault.THROTTLED
    if not isinstance(error, discord.HTTPException):
        return Fault.UNREACHABLE
    if (fault := _CODES.get(error.code) or _STATUSES.get(error.status)) is not None:
        return fault
    return Fault.UNREACHABLE if error.status >= 500 else Fault.REFUSED


def is_ban(error: BaseException) -> bool:
    """Tell whether Cloudflare, in front of Discord, has had enough of our address."""
    return (
        isinstance(error, discord.HTTPException)
        and error.status == 429
        and "Via" not in error.response.headers
    )


def describe(error: BaseException) -> str:
    """Return the error for the log; what names an address may name a token, and is left out."""
    return str(error) if isinstance(error, discord.DiscordException) else type(error).__name__
