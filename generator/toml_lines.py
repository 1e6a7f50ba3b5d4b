"""Which line of a TOML text a key is on: tomllib tells that for broken syntax only."""

import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, cast

Path = tuple[str | int, ...]
"""Keys from the outermost table inwards; numbers are places in an array."""


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line, from 1, of a key, or of the innermost table around it that is written.

    The text is valid TOML.
    """
    lines: dict[Path, int] = {}
    for found, line in _keys(text):
        lines.setdefault(found, line)
    prefixes = (tuple(path[:length]) for length in range(len(path), 0, -1))
    return next((lines[prefix] for prefix in prefixes if prefix in lines), 1)


def _keys(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    arrays: dict[Path, int] = {}
    for line, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if not statement.lstrip().startswith("["):
            yield from ((table + path, line) for path in _paths(parsed))
            continue
        table = _header(parsed)
        if table and table[-1] == 0:  # [[...]]: one more element of an array
            arrays[table] = arrays.get(table, -1) + 1
            table = (*table[:-1], arrays[table])
        yield from ((table[:length], line) for length in range(1, len(table) + 1))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each key with its value, each header, with its first line; a value may have several."""
    begun, first = "", 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        first = first if begun else number
        begun += line
        try:
            tomllib.loads(begun)
        except tomllib.TOMLDecodeError:
            continue  # goes on in the next line
        yield first, begun
        begun = ""


def _header(parsed: Any) -> Path:
    """Return the keys of a header's table; 0 at the end is an array's element."""
    path: Path = ()
    while parsed:
        key: str = next(iter(parsed))
        path, parsed = (*path, key), parsed[key]
        if isinstance(parsed, list):
            return (*path, 0)
    return path


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    match value:
        case dict():
            for key, inner in cast(dict[str, Any], value).items():
                yield from _paths(inner, (*path, key))
        case list():
            for place, inner in enumerate(cast(list[Any], value)):
                yield from _paths(inner, (*path, place))
        case _:
            return
