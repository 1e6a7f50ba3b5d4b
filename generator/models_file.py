"""Reading model files: TOML with a table for each model, whose keys are the fields of `ModelSpec`.

A table that bears a known model's name changes that model; one with `like = "<name>"` starts from
another. Tables of numbers (`defaults`, `memory`, ...) change key by key, all else as a whole.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import msgspec

from generator.errors import ModelFileError
from generator.models_check import Fault, choices_at, find_faults, nearest
from generator.sources import is_local
from generator.spec import ModelSpec
from generator.toml_lines import line_of

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_NUMBERS = {"defaults", "draft", "best", "memory", "sizes", "frames"}
_ABILITIES = {"image_to_video", "upscale"}
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[(\.\.\.)\]")
_KINDS = {
    "object": "a table",
    "array": "a list",
    "str": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
}
"""What msgspec calls TOML's values."""

Table = dict[str, Any]


def read_models(path: Path, known: Mapping[str, ModelSpec]) -> dict[str, ModelSpec]:
    """Return the known models with those of a file changed or added.

    Raises `ModelFileError` whose one sentence names the file and the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ModelFileError(f"{path}: {error}") from error
    models = dict(known)
    try:
        for name, table in tables.items():
            models[name] = _read_model(name, table, models, path.parent)
    except Fault as fault:
        line = line_of(text, fault.path)
        raise ModelFileError(f"{path}, line {line}: {fault}") from None
    return models


def _read_model(
    name: str, table: object, models: Mapping[str, ModelSpec], folder: Path
) -> ModelSpec:
    if not isinstance(table, dict):
        raise Fault((name,), f"{name} stands outside a model's table, which begins with [its-name]")
    if not _NAME.fullmatch(name):
        raise Fault((name,), f"{name!r} is no name: use at most 50 of a-z, 0-9, '-' and '_'")
    own = dict(cast(Table, table))
    base = _base(name, own.pop("like", None), models)
    for fault in find_faults(own, folder):
        raise Fault((name, *fault.path), str(fault))
    merged = _merged(base, _with_absolute_paths(own, folder)) | {"name": name}
    try:
        return msgspec.convert(merged, ModelSpec)
    except msgspec.ValidationError as error:
        raise _fault(name, error) from error


def _base(name: str, like: object, models: Mapping[str, ModelSpec]) -> Table:
    if like is not None and (not isinstance(like, str) or like not in models):
        advice = nearest(like, models)
        raise Fault((name, "like"), f"there is no model {like!r} before this one{advice}")
    start = name if like is None else like
    return asdict(models[start]) if start in models else {}


def _merged(base: Table, changes: Table) -> Table:
    merged = base | changes
    merged |= {key: None for key in _ABILITIES & changes.keys() if changes[key] == {}}
    for key in _NUMBERS & base.keys() & changes.keys():
        if isinstance(changes[key], dict):
            merged[key] = base[key] | changes[key]
    return merged


def _with_absolute_paths(value: Any, folder: Path) -> Any:
    """Return a value in which every local `source` is seen from the file's folder."""
    match value:
        case dict():
            table = cast(Table, value)
            return {key: _absolute(key, inner, folder) for key, inner in table.items()}
        case list():
            return [_with_absolute_paths(inner, folder) for inner in cast(list[Any], value)]
        case _:
            return value


def _absolute(key: str, value: Any, folder: Path) -> Any:
    if key == "source" and isinstance(value, str) and is_local(value):
        return str((folder / Path(value).expanduser()).resolve())
    return _with_absolute_paths(value, folder)


def _fault(name: str, error: msgspec.ValidationError) -> Fault:
    """Turn msgspec's "... - at `$.loras[0].weight`" into the place and the reason."""
    reason, _, place = str(error).partition(" - at `$")
    found = _STEP.findall(place)
    steps = tuple(int(index) if index else key or other for key, index, other in found)
    reason = _in_words(reason, choices_at(steps))
    path = tuple(step for step in steps if step != "...")  # msgspec does not say which key it is
    field = getattr(error.__cause__, "field", None)
    if field is not None:
        path, reason = (*path, field), f"{field} {reason}"
    where = ".".join(str(step) for step in path[: -1 if field else None])
    return Fault((name, *path), f"{name}: {where}{': ' if where else ''}{reason}")


def _in_words(reason: str, choices: list[str]) -> str:
    """Return msgspec's reason in the words of somebody who writes TOML."""
    if kinds := re.fullmatch(r"Expected `(.+)`, got `(\w+)`", reason):
        wanted = [_KINDS.get(kind, kind) for kind in kinds[1].split(" | ") if kind != "null"]
        return f"must be {' or '.join(wanted)}, not {_KINDS.get(kinds[2], kinds[2])}"
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", reason):
        return f"the key {missing[1]!r} is missing (`like` would take it from another model)"
    return f"{reason}; there are {', '.join(choices)}" if choices else reason
