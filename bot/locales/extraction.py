"""What has to be translated: from the code, the data beside it and the commands themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import discord
from babel.messages.catalog import Catalog
from discord import app_commands
from discord.app_commands import AppCommandContext

import bot
import generator
from bot.app import add_commands
from bot.i18n import NAME
from bot.styles import load_styles
from generator import load_catalogue

DOMAINS: Final = ("lesson", "commands", "generator", "bot")
"""A message belongs to the first of these that has it."""

_BOT: Final = Path(bot.__file__).parent
_GENERATOR: Final = Path(generator.__file__).parent
_LESSON: Final = ("explainer", "components/lesson.py", "components/quiz.py", "commands/explain.py")
_ENGLISH: Final = ("emulator", "locales")
"""The emulator's page is a tool of developers."""
_NO_DESCRIPTION: Final = "…"
"""discord.py's."""


def templates() -> dict[str, Catalog]:
    """Return the messages of each domain, untranslated."""
    found = {domain: Catalog(fuzzy=False) for domain in DOMAINS}
    for path in sorted(_BOT.rglob("*.py")):
        name = path.relative_to(_BOT).as_posix()
        if name.startswith(_LESSON):
            _extract(path, found["lesson"])
        elif not name.startswith(_ENGLISH):
            _extract(path, found["bot"])
    for path in sorted(_GENERATOR.rglob("*.py")):
        _extract(path, found["generator"])
    for spec in load_catalogue(None):
        for text in (spec.description, spec.licence_note):
            if text:
                found["generator"].add(text, locations=[("generator/models.toml", 1)])
    for style in load_styles():
        found["bot"].add(style, locations=[("bot/styles.toml", 1)])
    for text, context, command in _command_words():
        found["commands"].add(
            text, context=context, locations=[("/" + command.replace(" ", "/"), 1)]
        )
    _share_out(found)
    return found


def _extract(path: Path, template: Catalog) -> None:
    """Add a module's messages. Babel's own way sees none in f-strings before Python 3.12."""
    where = [(path.relative_to(_BOT.parent).as_posix(), 1)]
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        match call.func.id, [_text(argument) for argument in call.args]:
            case "_" | "N_", [str(message)] if message:
                template.add(message, locations=where)
            case "ngettext", [str(singular), str(plural), _]:
                template.add((singular, plural), locations=where)
            case "pgettext", [str(context), str(message)]:
                template.add(message, context=context, locations=where)
            case _:
                pass


def _text(argument: ast.expr) -> str | None:
    value = argument.value if isinstance(argument, ast.Constant) else None
    return value if isinstance(value, str) else None


def _share_out(found: dict[str, Catalog]) -> None:
    """Keep each message in one domain alone, so that it has one translation."""
    taken: set[tuple[object, object]] = set()
    for domain in DOMAINS:
        for message in list(found[domain]):
            key = (_singular(message.id), message.context)
            if key in taken:
                found[domain].delete(message.id, message.context)
            elif message.id:
                taken.add(key)


def _singular(message_id: Any) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


class _EveryOption(discord.Client):
    """A client with a model that takes all there is, so that no option is left out."""

    catalogue = (SimpleNamespace(image_to_video=True, optional_loras=True),)
    enhancer = True


def command_tree() -> app_commands.CommandTree[Any]:
    """Return the real commands, which nobody will run."""
    tree = app_commands.CommandTree(
        _EveryOption(intents=discord.Intents.none()),
        allowed_contexts=AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )
    add_commands(cast("Any", tree))
    return tree


def _command_words() -> Iterator[tuple[str, str | None, str]]:
    """Yield all that members see of commands: text, context, and the command's name."""
    tree = command_tree()
    for command in tree.walk_commands():
        yield from _words_of(command)
    for kind in (discord.AppCommandType.message, discord.AppCommandType.user):
        for menu in tree.walk_commands(type=kind):
            yield menu.name, NAME, menu.name


def _words_of(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group,
) -> Iterator[tuple[str, str | None, str]]:
    name = command.qualified_name
    yield command.name, NAME, name
    yield command.description, None, name
    if isinstance(command, app_commands.Group):
        return
    for parameter in command.parameters:
        yield parameter.display_name, NAME, name
        if str(parameter.description) != _NO_DESCRIPTION:
            yield str(parameter.description), None, name
        for choice in parameter.choices:
            if any(map(str.isalpha, choice.name)):  # no "16:9"
                yield choice.name, None, name
