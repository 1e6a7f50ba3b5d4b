"""What Discord refuses in an application command, beyond what its OpenAPI document says."""

import re
from collections.abc import Iterator
from typing import Any

from bot.emulator.errors import Path, Problems
from bot.emulator.rules import FLAG, SNOWFLAKE, Key, Table, check_keys, listing, number, text
from bot.emulator.wire import Payload

SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
CHAT_INPUT = 1

LOCALES = frozenset(
    {"ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he"}
    | {"hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru"}
    | {"sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW"}
)
"""Languages that names and descriptions may be translated into."""

_NAME = re.compile(r"[-_\w\u0900-\u0963\u0966-\u097f\u0e01-\u0e3a\u0e40-\u0e5b]{1,32}")
"""With all of Devanagari and Thai: their vowel signs are no letters. Of the apostrophes only the
one that is a letter (U+02BC)."""
_LARGEST = 8000
_LONGEST_VALUE = 100
_LOCALISED: Table = {"name_localizations": Key(dict), "description_localizations": Key(dict)}
_COMMAND: Table = {
    **_LOCALISED,
    "id": SNOWFLAKE,
    "name": text(1, 32, required=True),
    "type": number(1, 4),
    "description": text(0, 100),
    "options": listing(0, 25),
    "default_member_permissions": SNOWFLAKE,
    "dm_permission": FLAG,
    "nsfw": FLAG,
    "contexts": listing(1, 3),
    "integration_types": listing(1, 2),
    "handler": number(1, 2),
}
_OPTION: Table = {
    **_LOCALISED,
    "type": number(1, 11, required=True),
    "name": text(1, 32, required=True),
    "description": text(1, 100, required=True),
    "required": FLAG,
    "options": listing(0, 25),
    "choices": listing(0, 25),
    "autocomplete": FLAG,
    "min_value": Key(float),
    "max_value": Key(float),
    "min_length": number(0, 6000),
    "max_length": number(1, 6000),
    "channel_types": Key(list),
}
CHOICE: Table = {
    "name": text(1, 100, required=True),
    "name_localizations": Key(dict),
    "value": Key(object, required=True),
}


def check_commands(commands: list[Payload], at: Path = ()) -> None:
    """Raises 400/50035 naming every fault in a list of command definitions."""
    problems = Problems()
    for index, command in enumerate(commands):
        _check_command(command, [*at, index], problems)
    problems.raise_if_any()


def _check_command(command: Payload, at: Path, problems: Problems) -> None:
    check_keys(command, _COMMAND, at, problems)
    if command.get("type", CHAT_INPUT) == CHAT_INPUT:
        _check_names(command, at, problems)
        if not command.get("description"):
            problems.add([*at, "description"], "BASE_TYPE_REQUIRED", "This field is required")
    elif command.get("description") or command.get("options"):
        message = "Context menu commands cannot have description or options"
        problems.add(at, "APPLICATION_COMMAND_INVALID", message)
    _check_options(command.get("options") or [], at, problems)
    _check_translations(command, at, problems)
    if sum(_sizes(command)) > _LARGEST:
        message = f"Command exceeds maximum size ({_LARGEST})"
        problems.add(at, "APPLICATION_COMMAND_TOO_LARGE", message)


def _check_options(options: list[Payload], at: Path, problems: Problems) -> None:
    optional_seen = False
    names: set[str] = set()
    for index, option in enumerate(options):
        where = [*at, "options", index]
        _check_option(option, where, problems)
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            problems.add(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        if option.get("name") in names:
            message = "Option names must be unique"
            problems.add(where, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        optional_seen = optional_seen or not option.get("required")
        names.add(str(option.get("name")))


def _check_option(option: Payload, at: Path, problems: Problems) -> None:
    check_keys(option, _OPTION, at, problems)
    _check_names(option, at, problems)
    _check_translations(option, at, problems)
    choices: list[Payload] = option.get("choices") or []
    if choices and option.get("autocomplete"):
        message = "Autocomplete and choices exclude each other"
        problems.add(at, "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
    for index, choice in enumerate(choices):
        check_keys(choice, CHOICE, [*at, "choices", index], problems)
        check_value(choice, [*at, "choices", index], problems)
        _check_translations(choice, [*at, "choices", index], problems, longest=100)
    if option.get("type") in (SUBCOMMAND, GROUP):
        _check_options(option.get("options") or [], at, problems)


def check_value(choice: Payload, at: Path, problems: Problems) -> None:
    """What a choice stands for: a text that is not too long, or a number."""
    value: object = choice.get("value")
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        message = f"Must be {_LONGEST_VALUE} or fewer in length."
        problems.add([*at, "value"], "BASE_TYPE_MAX_LENGTH", message)
    elif not isinstance(value, str | int | float | None):
        problems.add([*at, "value"], "BASE_TYPE_BAD_TYPE", "Expected a text or a number.")


def _check_names(named: Payload, at: Path, problems: Problems) -> None:
    translations: Payload = named.get("name_localizations") or {}
    places = {("name_localizations", locale): name for locale, name in translations.items()}
    for place, name in {("name",): named.get("name", ""), **places}.items():
        if not _NAME.fullmatch(str(name)) or str(name) != str(name).lower():
            message = "Command name is invalid"
            problems.add([*at, *place], "APPLICATION_COMMAND_INVALID_NAME", message)


def _check_translations(named: Payload, at: Path, problems: Problems, *, longest: int = 32) -> None:
    limits = {"name_localizations": longest, "description_localizations": 100}
    for key, limit in limits.items():
        translations: Payload = named.get(key) or {}
        for locale in translations.keys() - LOCALES:
            problems.add([*at, key, locale], "DICT_TYPE_KEY_INVALID", "Unknown locale")
        known = {locale: words for locale, words in translations.items() if locale in LOCALES}
        check_keys(known, dict.fromkeys(LOCALES, text(1, limit)), [*at, key], problems)


def _sizes(named: Payload) -> Iterator[int]:
    """Characters of names, descriptions and values, each in the longest of its languages."""
    for key in ("name", "description", "value"):
        translations: Payload = named.get(f"{key}_localizations") or {}
        values: list[Any] = [named.get(key), *translations.values()]
        yield max((len(value) for value in values if isinstance(value, str)), default=0)
    nested: list[Payload] = [*(named.get("options") or []), *(named.get("choices") or [])]
    for inner in nested:
        yield from _sizes(inner)
