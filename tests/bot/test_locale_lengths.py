"""Labels, titles and hints of forms, menus and buttons fit Discord in every language."""

import ast
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

import bot
from bot.i18n import LANGUAGES, _, speaking

_BOT = Path(bot.__file__).parent
_FOLDERS = ("components", "commands", "delivery")
_ON_A_BUTTON = 38
"""Discord allows 80 characters, and shows about so many."""


class _Place(NamedTuple):
    """What is shown where: what is called, with which argument, by keyword or position."""

    function: str
    argument: str | int
    longest: int


_PLACES = (
    _Place("_Look", 0, _ON_A_BUTTON),
    _Place("Button", "label", 80),
    _Place("panel_button", 2, 80),
    _Place("panel_menu", 2, 150),
    _Place("Select", "placeholder", 150),
    _Place("SelectOption", "label", 100),
    _Place("SelectOption", "description", 100),
    _Place("panel_form", 1, 45),
    _Place("wish_form", 0, 45),
    _Place("Modal", "title", 45),
    _Place("Field", 0, 45),
    _Place("Field", "description", 100),
    _Place("Label", "text", 45),
    _Place("Label", "description", 100),
    _Place("TextInput", "placeholder", 100),
    _Place("Embed", "title", 256),
    _Place("add_field", "name", 256),
    _Place("add_field", "value", 1024),
    _Place("set_footer", "text", 2048),
)


def _shown() -> list[tuple[str, int, str]]:
    """Return all messages with the length they may have, and where they were found."""
    return [
        (message, place.longest, f"{path.stem}: {place.function}")
        for folder in _FOLDERS
        for path in sorted((_BOT / folder).glob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        for place in _PLACES
        if place.function == _called(call)
        for message in _messages(_argument(call, place.argument), _module(path))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_titles_and_hints_fit(language: str) -> None:
    with speaking(language):
        overlong = [
            (where, _(message)) for message, longest, where in _shown() if len(_(message)) > longest
        ]
    assert not overlong


def test_the_labels_are_found() -> None:
    found = {place.split(": ")[1] for _message, _longest, place in _shown()}
    assert {"_Look", "panel_button", "panel_menu", "Field", "Label"} <= found


def _module(path: Path) -> ModuleType:
    return importlib.import_module(f"bot.{path.parent.name}.{path.stem}")


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Subscript):
        function = function.value
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _argument(call: ast.Call, argument: str | int) -> ast.expr | None:
    if isinstance(argument, int):
        return call.args[argument] if argument < len(call.args) else None
    return next((keyword.value for keyword in call.keywords if keyword.arg == argument), None)


def _messages(expression: ast.expr | None, module: ModuleType) -> Iterator[str]:
    """Yield the message ids in an expression: literals, constants, and those of a table."""
    for call in ast.walk(expression) if expression is not None else ():
        if isinstance(call, ast.Call) and _called(call) in {"_", "N_"}:
            yield from _values(call.args[0], module)


def _values(node: ast.expr, module: ModuleType) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name() | ast.Attribute():
            value = _evaluated(node, module)
            if isinstance(value, str):
                yield value
        case ast.Subscript(value=table):
            value = _evaluated(table, module)
            if isinstance(value, Mapping):
                yield from (text for text in value.values() if isinstance(text, str))  # pyright: ignore
        case _:
            pass


def _evaluated(node: ast.expr, module: ModuleType) -> object:
    """Return what a name stands for in a module; None for what is known only inside a function."""
    try:
        return eval(ast.unparse(node), vars(module))
    except (NameError, AttributeError):
        return None
