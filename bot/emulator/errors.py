"""Discord's error answers: a status, a numeric code, and for bad forms the path to each fault."""

import math
from collections.abc import Sequence

from bot.emulator.wire import Payload

Path = Sequence[str | int]


_KNOWN: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20009: (400, "Explicit content cannot be sent to the desired recipient(s)"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    20028: (429, "The write action you are performing on the channel has hit the write rate limit"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has reached the maximum number of follow ups"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    130000: (503, "API resource is currently overloaded. Try again a little later"),
    160002: (400, "You cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    240000: (400, "Message was blocked by harmful links filter"),
}
_WAIT = 1.0


class DiscordError(Exception):
    """What the API answers instead of a result; `details` are further keys of its body."""

    def __init__(self, status: int, code: int, message: str, **details: object) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.scope = "user"
        self.payload: Payload = {"message": message, "code": code, **details}

    @property
    def headers(self) -> dict[str, str]:
        """What its answer says in headers, too: when to come back."""
        if self.status != 429:
            return {}
        wait = {"Retry-After": str(math.ceil(self.payload["retry_after"]))}
        if self.payload["global"]:
            return {**wait, "X-RateLimit-Scope": "global", "X-RateLimit-Global": "true"}
        return {**wait, "X-RateLimit-Scope": self.scope}


class Problems:
    """Collects what is wrong with a request, so that one answer names every fault."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, str, str]] = []

    def add(self, path: Path, code: str, message: str) -> None:
        self._found.append((path, code, message))

    def raise_if_any(self) -> None:
        """Raises 400/50035 listing the faults by their path."""
        if self._found:
            raise DiscordError(400, 50035, "Invalid Form Body", errors=self._tree())

    def _tree(self) -> Payload:
        tree: Payload = {}
        for path, code, message in self._found:
            node = tree
            for step in path:
                node = node.setdefault(str(step), {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return tree


def invalid(path: Path, code: str, message: str) -> DiscordError:
    """400/50035 with a single fault."""
    problems = Problems()
    problems.add(path, code, message)
    try:
        problems.raise_if_any()
    except DiscordError as error:
        return error
    raise AssertionError("a problem was added")


def known(code: int, *, retry_after: float = _WAIT) -> DiscordError:
    """An error by its number alone; raises KeyError for numbers that nothing here answers with.

    `retry_after` are the seconds that those which are rate limits (429) ask to wait.
    """
    status, message = _KNOWN[code]
    if status == 429:
        return rate_limited(retry_after, code, message)
    return DiscordError(status, code, message)


def rate_limited(
    retry_after: float,
    code: int = 0,
    message: str = "You are being rate limited.",
    *,
    is_global: bool = False,
    scope: str = "user",
) -> DiscordError:
    """429; `scope` "shared" is the limit of a resource that other bots used up."""
    error = DiscordError(429, code, message, retry_after=retry_after)
    error.payload["global"] = is_global
    error.scope = scope
    return error


def unauthorized() -> DiscordError:
    return DiscordError(401, 0, "401: Unauthorized")


def not_found() -> DiscordError:
    return DiscordError(404, 0, "404: Not Found")


def unknown_channel() -> DiscordError:
    return known(10003)


def unknown_guild() -> DiscordError:
    return known(10004)


def unknown_message() -> DiscordError:
    return known(10008)


def unknown_user() -> DiscordError:
    return known(10013)


def unknown_webhook() -> DiscordError:
    return known(10015)


def unknown_interaction() -> DiscordError:
    return known(10062)


def unknown_command() -> DiscordError:
    return known(10063)


def already_acknowledged() -> DiscordError:
    return known(40060)


def too_large() -> DiscordError:
    return known(40005)


def too_many_followups() -> DiscordError:
    return known(40094)


def missing_access() -> DiscordError:
    return known(50001)


def foreign_message() -> DiscordError:
    return known(50005)


def empty_message() -> DiscordError:
    return known(50006)


def cannot_message_user() -> DiscordError:
    return known(50007)


def missing_permissions() -> DiscordError:
    return known(50013)


def invalid_token() -> DiscordError:
    return known(50027)


def no_history() -> DiscordError:
    return known(160002)
