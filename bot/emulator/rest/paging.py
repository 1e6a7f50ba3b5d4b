"""Pages of a channel's history."""

from aiohttp import web

from bot.emulator import errors
from bot.emulator.entities import Message

_PAGE = 50
_LONGEST_PAGE = 100


def page_of(request: web.Request, messages: list[Message]) -> list[Message]:
    """The part of a history, oldest first, that before, after or around and the limit name."""
    limit = _number(request, "limit", _PAGE)
    if not 1 <= limit <= _LONGEST_PAGE:
        message = f"int value should be between 1 and {_LONGEST_PAGE}."
        raise errors.invalid(["limit"], "NUMBER_TYPE_RANGE", message)
    if "around" in request.query:
        around = _number(request, "around", 0)
        older = [m for m in messages if m.id < around][-(limit // 2) :] if limit > 1 else []
        newer = [m for m in messages if m.id >= around]
        return older + newer[: limit - limit // 2]
    if "after" in request.query:
        after = _number(request, "after", 0)
        return [m for m in messages if m.id > after][:limit]
    before = _number(request, "before", 1 << 63)
    return [m for m in messages if m.id < before][-limit:]


def _number(request: web.Request, key: str, default: int) -> int:
    value = request.query.get(key, str(default))
    if not value.isdecimal():
        raise errors.invalid([key], "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    return int(value)
