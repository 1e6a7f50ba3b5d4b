"""Discord's error answers: a status, a numeric code, and for bad forms the path to each fault."""

from collections.abc import Sequence

from bot.emulator.wire import Payload

Path = Sequence[str | int]


class DiscordError(Exception):
    """What the API answers instead of a result."""

    def __init__(self, status: int, code: int, message: str, errors: Payload | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.payload: Payload = {"message": message, "code": code}
        if errors:
            self.payload["errors"] = errors


class Problems:
    """Collects what is wrong with a request, so that one answer names every fault."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, str, str]] = []

    def add(self, path: Path, code: str, message: str) -> None:
        self._found.append((path, code, message))

    def raise_if_any(self) -> None:
        """Raises 400/50035 listing the faults by their path."""
        if self._found:
            raise DiscordError(400, 50035, "Invalid Form Body", self._tree())

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


def unauthorized() -> DiscordError:
    return DiscordError(401, 0, "401: Unauthorized")


def not_found() -> DiscordError:
    return DiscordError(404, 0, "404: Not Found")


def unknown_channel() -> DiscordError:
    return DiscordError(404, 10003, "Unknown Channel")


def unknown_guild() -> DiscordError:
    return DiscordError(404, 10004, "Unknown Guild")


def unknown_message() -> DiscordError:
    return DiscordError(404, 10008, "Unknown Message")


def unknown_user() -> DiscordError:
    return DiscordError(404, 10013, "Unknown User")


def unknown_webhook() -> DiscordError:
    return DiscordError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> DiscordError:
    return DiscordError(404, 10062, "Unknown interaction")


def unknown_command() -> DiscordError:
    return DiscordError(404, 10063, "Unknown application command")


def already_acknowledged() -> DiscordError:
    return DiscordError(400, 40060, "Interaction has already been acknowledged.")


def too_large() -> DiscordError:
    return DiscordError(413, 40005, "Request entity too large")


def too_many_followups() -> DiscordError:
    return DiscordError(400, 40094, "This interaction has reached the maximum number of follow ups")


def missing_access() -> DiscordError:
    return DiscordError(403, 50001, "Missing Access")


def foreign_message() -> DiscordError:
    return DiscordError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> DiscordError:
    return DiscordError(400, 50006, "Cannot send an empty message")


def cannot_message_user() -> DiscordError:
    return DiscordError(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> DiscordError:
    return DiscordError(403, 50013, "Missing Permissions")


def invalid_token() -> DiscordError:
    return DiscordError(401, 50027, "Invalid Webhook Token")


def no_history() -> DiscordError:
    return DiscordError(400, 160002, "You cannot reply without permission to read message history")
