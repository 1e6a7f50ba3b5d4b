"""No words for members are written where no translation can reach them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot

_BOT = Path(bot.__file__).parent
_SHOWN_BY = {
    *("Button", "Embed", "Label", "Modal", "SelectOption", "Choice", "TextInput", "Select"),
    *("TextDisplay", "Section", "Refusal", "DeliveryError", "add_field"),
    *("set_footer", "set_author", "send_message", "send", "edit_message", "edit"),
    *("edit_original_response", "command", "context_menu", "Group", "describe", "panel_button"),
    *("panel_menu", "panel_form", "section", "wish_form"),
}
_NEVER_SHOWN = {"name", "value", "custom_id", "emoji", "filename", "url", "nonce", "argument"}
_MARKERS = {"_", "N_", "ngettext", "gettext", "pgettext"}
_WORDS = re.compile(r"[A-Za-z]{2,}")
_NO_WORDS = re.compile(r"\{[^}]*\}|`[^`]*`|<[^>]*>|https?://\S*|%[a-z]")
_CODE = [
    path
    for path in sorted(_BOT.rglob("*.py"))
    if not path.relative_to(_BOT).as_posix().startswith(("emulator/", "locales/"))
]
_WORDING = [
    *sorted((_BOT / "texts").glob("*.py")),
    *sorted((_BOT / "explainer" / "topics").glob("*.py")),
    *(_BOT / "explainer" / name for name in ("wording.py", "questions.py", "clip_words.py")),
]


def _name(path: Path) -> str:
    return path.relative_to(_BOT).as_posix()


@pytest.mark.parametrize("path", _CODE, ids=_name)
def test_what_discord_shows_is_marked_for_translation(path: Path) -> None:
    raw = [
        f"{path.name}:{text.lineno}: {text.value}"
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and _called(call) in _SHOWN_BY
        for argument in _arguments(call)
        for text in _raw(argument)
    ]
    assert not raw


@pytest.mark.parametrize("path", _WORDING, ids=_name)
def test_modules_of_sentences_have_no_others(path: Path) -> None:
    """Where the sentences are, every text of several words is one of them."""
    tree = ast.parse(path.read_text())
    documentation = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    marked = {
        inner
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _called(call) in _MARKERS
        for inner in ast.walk(call)
    }
    raw = [
        f"{path.name}:{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node not in documentation and node not in marked
        if " " in node.value.strip() and _has_words(node.value)
    ]
    assert not raw


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Subscript):
        function = function.value
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what may be shown; identifiers are not."""
    shown_names = _called(call) in {"add_field", "Choice", "context_menu"}
    for keyword in call.keywords:
        if keyword.arg not in _NEVER_SHOWN or (keyword.arg == "name" and shown_names):
            yield keyword.value
    if _called(call) not in {"panel_button", "panel_menu", "panel_form"}:
        yield from call.args
    else:
        yield from call.args[2:]


def _raw(node: ast.expr) -> Iterator[ast.Constant]:
    """Yield the words in an expression that no marker is around."""
    match node:
        case ast.Constant(value=str(text)) if _has_words(text):
            yield node
        case ast.Call(func=ast.Attribute(value=inner, attr="format" | "join"), args=arguments):
            for part in (inner, *arguments):
                yield from _raw(part)
        case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _raw(part)
        case ast.BinOp(left=left, right=right):
            yield from (*_raw(left), *_raw(right))
        case ast.IfExp(body=body, orelse=other):
            yield from (*_raw(body), *_raw(other))
        case ast.BoolOp(values=values):
            for value in values:
                yield from _raw(value)
        case _:
            pass


def _has_words(text: str) -> bool:
    return _WORDS.search(_NO_WORDS.sub("", text)) is not None
