"""Commands in every language: by Discord's rules, and as the sentences call them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.emulator.command_rules import check_commands
from bot.i18n import CommandTranslator
from bot.locales.extraction import command_tree
from tests.bot.catalogues import OTHERS, forms, template, translated

_LOCALES = {
    "de": ["de"],
    "es": ["es-ES", "es-419"],
    "fr": ["fr"],
    "hi": ["hi"],
    "ja": ["ja"],
    "pt_BR": ["pt-BR"],
}
_LETTERS = r"[-_'\w\u0900-\u0963\u0966-\u097f]"
_MENTIONED = re.compile(rf"(?<![^\s`(*_])/({_LETTERS}+)((?: {_LETTERS}+)?)")
_FORMULAS = re.compile(r"```.*?```", re.DOTALL)
_IN_CODE = re.compile(r"`(/[^`]+)`")
_OPTION = re.compile(rf"(?<=\s)({_LETTERS}+):")

Payload = dict[str, Any]


@cache
def tree() -> app_commands.CommandTree[Any]:
    return command_tree()


async def payloads() -> list[Payload]:
    translator = CommandTranslator()
    return [
        await command.get_translated_payload(tree(), translator)
        for command in tree().get_commands()
    ]


def nodes(payload: Payload) -> Iterator[Payload]:
    yield payload
    for option in payload.get("options", []):
        yield from nodes(option)


def test_every_language_has_its_locales() -> None:
    assert set(_LOCALES) == set(OTHERS)
    known = {locale.value for locale in discord.Locale}
    assert {locale for locales in _LOCALES.values() for locale in locales} <= known


async def test_discord_takes_all_names_and_descriptions() -> None:
    """Names, lengths, and 8000 characters for each command in its longest languages."""
    check_commands(await payloads())


async def test_everything_is_described() -> None:
    for payload in await payloads():
        for node in nodes(payload):
            assert node.get("description") != "…", node["name"]


@pytest.mark.parametrize("language", OTHERS)
async def test_siblings_have_names_of_their_own(language: str) -> None:
    everything = {"options": await payloads()}
    for node in (everything, *(n for payload in everything["options"] for n in nodes(payload))):
        for locale in _LOCALES[language]:
            names = [(_name(o, locale), o.get("type")) for o in node.get("options", [])]
            assert len(names) == len(set(names))
            choices = [_name(choice, locale) for choice in node.get("choices", [])]
            assert len(choices) == len(set(choices))


@pytest.mark.parametrize("language", OTHERS)
async def test_sentences_name_the_commands_of_their_language(language: str) -> None:
    """By the name that its clients show, or by the English one, which these take as well."""
    commands = await payloads()
    for message in translated(language):
        meant = _commands(forms(message.id)[0], commands, None)
        for form in forms(message.string):
            assert _commands(form, commands, _LOCALES[language][0]) == meant, form


async def test_english_sentences_name_commands_that_exist() -> None:
    commands = await payloads()
    for messages in template().values():
        for message in messages:
            for form in forms(message.id):
                _commands(form, commands, None)


def _commands(text: str, commands: list[Payload], locale: str | None) -> set[str]:
    """Return the commands, subcommands and options in a text, by their names in English."""
    found: set[str] = set()
    text = _FORMULAS.sub("", text)
    known = _by_name(commands, locale)
    for name, rest in _MENTIONED.findall(text):
        assert name in known, f"/{name}: {text}"
        found.add(known[name]["name"] + _subcommand(known[name], rest.strip(), locale, text))
    for line in _IN_CODE.findall(text):
        parts = list(nodes(known[line[1:].split()[0]]))
        options = _by_name([inner for part in parts for inner in part.get("options", [])], locale)
        for option in _OPTION.findall(line):
            assert option in options, f"{option}: {text}"
            found.add(f"{options[option]['name']}:")
    return found


def _subcommand(command: Payload, word: str, locale: str | None, text: str) -> str:
    nested = [option for option in command.get("options", []) if option["type"] in (1, 2)]
    subcommands = _by_name(nested, locale)
    if not subcommands or not word:
        return ""
    assert word in subcommands, f"{word}: {text}"
    return f" {subcommands[word]['name']}"


def _by_name(named: list[Payload], locale: str | None) -> dict[str, Payload]:
    """Return what can be called by a name; the language's own goes before the English one."""
    english = {each["name"]: each for each in named}
    return english | {_name(each, locale): each for each in named}


def _name(named: Payload, locale: str | None) -> str:
    return named.get("name_localizations", {}).get(locale, named["name"])
