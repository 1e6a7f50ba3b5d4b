"""What msgspec does not find in a model's table: unknown keys, classes and files."""

import difflib
import functools
import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from msgspec import inspect

from generator.sources import is_local
from generator.spec import ModelSpec
from generator.toml_lines import Path as KeyPath

_CLASS_KEYS = {"pipeline_class", "class_name"}
_REPOSITORY = re.compile(r"[\w.-]+(/[\w.-]+)?")
_MOST_CHARACTERS = 80
"""Of what members choose by: Discord shows 100, with some words of ours beside it."""
_LEAST = {"min_steps": 1, "max_steps": 1, "max_fps": 1, "max_guidance_scale": 1.0}


class Fault(Exception):
    """Something wrong in a model file, and the keys that lead there."""

    def __init__(self, path: KeyPath, message: str) -> None:
        super().__init__(message)
        self.path = path


def find_faults(table: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    """Yield what is wrong with a model's table; local sources are seen from `folder`."""
    yield from _unknown_keys(table, inspect.type_info(ModelSpec))
    for path, value in _leaves(table):
        if path[-1] in _CLASS_KEYS and value not in _diffusers_names():
            near = difflib.get_close_matches(str(value), _diffusers_names(), n=3)
            advice = f"; did you mean {' or '.join(near)}?" if near else ""
            yield Fault(path, f"diffusers has no class {value!r}{advice}")
        if path[-1] == "source":
            yield from _wrong_source(path, str(value), folder)
    yield from _wrong_values(table)


def _wrong_source(path: KeyPath, source: str, folder: Path) -> Iterator[Fault]:
    local = folder / Path(source).expanduser()
    if is_local(source):
        needed = local / "model_index.json" if path == ("source",) else local
        if not needed.exists():
            yield Fault(path, f"there is no {needed}")
    elif source and local.exists():
        yield Fault(path, f"a folder or file of this machine begins with './': './{source}'")
    elif not _REPOSITORY.fullmatch(source):
        yield Fault(path, f"{source!r} is no repository ('owner/name') and no folder ('./name')")


def _wrong_values(table: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what has the right type and cannot be meant."""
    for name, least in _LEAST.items():
        value = table.get(name)
        if isinstance(value, int | float) and value < least:
            yield Fault((name,), f"{name} must be at least {least}")
    share = table.get("first_block_cache")
    if isinstance(share, int | float) and not 0 < share < 1:
        yield Fault(("first_block_cache",), "first_block_cache must be between 0 and 1")
    title = table.get("title")
    if isinstance(title, str) and not 0 < len(title.strip()) <= _MOST_CHARACTERS:
        yield Fault(("title",), f"title must have 1 to {_MOST_CHARACTERS} characters")
    loras = table.get("optional_loras")
    for name in cast(dict[str, Any], loras) if isinstance(loras, dict) else ():
        if not 0 < len(name.strip()) <= _MOST_CHARACTERS:
            path = ("optional_loras", name)
            yield Fault(path, f"a LoRA's name must have 1 to {_MOST_CHARACTERS} characters")


def _unknown_keys(value: Any, kind: inspect.Type, path: KeyPath = ()) -> Iterator[Fault]:
    match kind:
        case inspect.UnionType(types=types):
            for each in types:
                yield from _unknown_keys(value, each, path)
        case inspect.DataclassType(fields=fields) if isinstance(value, dict):
            kinds = {field.name: field.type for field in fields if path or field.name != "name"}
            for key, inner in cast(dict[str, Any], value).items():
                if key in kinds:
                    yield from _unknown_keys(inner, kinds[key], (*path, key))
                else:
                    yield Fault((*path, key), f"there is no key {key!r}{nearest(key, kinds)}")
        case inspect.VarTupleType(item_type=item) if isinstance(value, list):
            for place, inner in enumerate(cast(list[Any], value)):
                yield from _unknown_keys(inner, item, (*path, place))
        case inspect.DictType(value_type=inner_kind) if isinstance(value, dict):
            for key, inner in cast(dict[str, Any], value).items():
                yield from _unknown_keys(inner, inner_kind, (*path, key))
        case _:
            return


def _leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    match value:
        case dict():
            for key, inner in cast(dict[str, Any], value).items():
                yield from _leaves(inner, (*path, key))
        case list():
            for place, inner in enumerate(cast(list[Any], value)):
                yield from _leaves(inner, (*path, place))
        case _:
            yield path, value


def nearest(word: object, words: Iterable[str]) -> str:
    """Return the end of a sentence: the word that was probably meant, or all there are."""
    if near := difflib.get_close_matches(str(word), words, n=1):
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(words)}"


def choices_at(path: KeyPath) -> list[str]:
    """Return the words that a key of a model's table may be; none where it may be any."""
    kinds = [inspect.type_info(ModelSpec)]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inner_kinds(kind, step)]
    literals = (kind for kind in _flat(kinds) if isinstance(kind, inspect.LiteralType))
    return sorted(str(value) for kind in literals for value in kind.values)


def _inner_kinds(kind: inspect.Type, step: str | int) -> Iterator[inspect.Type]:
    for each in _flat([kind]):
        match each:
            case inspect.DataclassType(fields=fields):
                yield from (field.type for field in fields if field.name == step)
            case inspect.DictType(value_type=inner) | inspect.VarTupleType(item_type=inner):
                yield inner
            case _:
                pass


def _flat(kinds: Iterable[inspect.Type]) -> Iterator[inspect.Type]:
    for kind in kinds:
        if isinstance(kind, inspect.UnionType):
            yield from kind.types
        else:
            yield kind


@functools.cache
def _diffusers_names() -> frozenset[str]:
    """Return the names diffusers offers, read from its text: importing it takes seconds."""
    package = importlib.util.find_spec("diffusers")
    assert package is not None
    assert package.origin is not None
    named = re.findall(r'"([A-Z]\w+)"', Path(package.origin).read_text("utf-8"))
    return frozenset(named) | {"AutoTokenizer"}  # the one of transformers that a part may be
