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
        if path[-1] == "source" and is_local(str(value)):
            local = folder / Path(str(value)).expanduser()
            needed = local / "model_index.json" if path == ("source",) else local
            if not needed.exists():
                yield Fault(path, f"there is no {needed}")


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


@functools.cache
def _diffusers_names() -> frozenset[str]:
    """Return the names diffusers offers, read from its text: importing it takes seconds."""
    package = importlib.util.find_spec("diffusers")
    assert package is not None
    assert package.origin is not None
    named = re.findall(r'"([A-Z]\w+)"', Path(package.origin).read_text("utf-8"))
    return frozenset(named) | {"AutoTokenizer"}  # the one of transformers that a part may be
