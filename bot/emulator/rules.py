"""Checks on JSON objects, declared as tables: which keys there may be, of which type and length."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from bot.emulator.errors import Path, Problems
from bot.emulator.wire import Payload


class Key(NamedTuple):
    """What one key of an object may hold; `size` bounds a length or, for numbers, the value."""

    type: type
    required: bool = False
    size: tuple[int, int] | None = None


Table: TypeAlias = Mapping[str, Key]
"""The keys an object may have."""


def text(shortest: int, longest: int, *, required: bool = False) -> Key:
    return Key(str, required, (shortest, longest))


def number(lowest: int, highest: int, *, required: bool = False) -> Key:
    return Key(int, required, (lowest, highest))


def listing(shortest: int, longest: int, *, required: bool = False) -> Key:
    return Key(list, required, (shortest, longest))


_LONGEST_EMOJI = 14  # code points; families and flags take the most
_JOINER = "\u200d"
FLAG = Key(bool)
OBJECT = Key(dict)
SNOWFLAKE = Key(object)
"""An id as a string or a number."""


def is_emoji(text: str) -> bool:
    """Tell whether a text is one emoji; roughly, as Discord's own list is not public."""
    return 0 < len(text) <= _LONGEST_EMOJI and all(map(_in_emoji, text))


def _in_emoji(character: str) -> bool:
    return ord(character) > 0x203B or character == _JOINER


def check_keys(found: Payload, table: Table, at: Path, problems: Problems) -> None:
    """Report unknown, missing, wrongly typed and overlong values of an object."""
    for key, value in found.items():
        if key not in table:
            problems.add([*at, key], "UNKNOWN_KEY", f"Discord knows no field {key!r} here.")
        elif value is not None:
            _check_value(value, table[key], [*at, key], problems)
    for key, expected in table.items():
        if expected.required and found.get(key) is None:
            problems.add([*at, key], "BASE_TYPE_REQUIRED", "This field is required")


def _check_value(value: Any, expected: Key, at: Path, problems: Problems) -> None:
    wanted = (int, float) if expected.type is float else expected.type
    if not isinstance(value, wanted) or (isinstance(value, bool) and expected.type is int):
        message = f"Expected {expected.type.__name__}, got {type(value).__name__}."
        problems.add(at, "BASE_TYPE_BAD_TYPE", message)
    elif expected.size is not None:
        _check_size(value, expected.size, at, problems)


def _check_size(value: Any, size: tuple[int, int], at: Path, problems: Problems) -> None:
    low, high = size
    if isinstance(value, (int, float)):
        if not low <= value <= high:
            message = f"int value should be between {low} and {high}."
            problems.add(at, "NUMBER_TYPE_RANGE", message)
    elif not low <= len(value) <= high:
        message = f"Must be between {low} and {high} in length."
        problems.add(at, "BASE_TYPE_BAD_LENGTH", message)
