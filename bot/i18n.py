"""Languages: a message id is the English sentence; catalogues have the other languages' words.

`N_` marks a message id that is kept and shown later, `_` translates into the language that is being
spoken: that of whoever reads, set once for each interaction and for each job's messages.
"""

import io
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

import discord
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from discord import app_commands
from discord.app_commands import TranslationContextLocation

CATALOGUES: Final = Path(__file__).parent / "locales"
LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
    "ja": "日本語",
    "pt_BR": "Português (Brasil)",
}
"""By gettext's name, each as its speakers call it."""

NAME: Final = "name"
"""The context of commands' and options' names, which have their own rules in Discord."""

_NAMES = frozenset(
    {
        TranslationContextLocation.command_name,
        TranslationContextLocation.group_name,
        TranslationContextLocation.parameter_name,
    }
)
_LARGEST_WRITTEN = 1e15
"""Babel writes no numbers of more than 28 digits, and nobody reads them."""
_language: ContextVar[str] = ContextVar("language", default="en")


def N_(message: str) -> str:  # noqa: N802 - gettext's name
    """Mark a message id for the catalogues, and return it as it is."""
    return message


def _(message: str) -> str:
    """Return a message in the language being spoken; in English what has no translation."""
    return _translations(_language.get()).gettext(message) if message else ""


def name_of(command: str) -> str:
    """Return what a command is called in the language being spoken."""
    return _translations(_language.get()).pgettext(NAME, command)


def ngettext(singular: str, plural: str, number: float) -> str:
    """Return the form of a message that goes with a number."""
    return _translations(_language.get()).ngettext(singular, plural, number)  # pyright: ignore[reportArgumentType]


def decimal(number: float, digits: int = 0) -> str:
    """Return a number with so many digits after the point, as it is written in the language."""
    if abs(number) > _LARGEST_WRITTEN:
        return f"{number:g}"
    usual = Locale.parse(_language.get()).decimal_formats[None].pattern
    whole = usual.split(".")[0]  # with the groups of the language
    pattern = f"{whole}." + "0" * digits if digits else whole
    return format_decimal(number, format=pattern, locale=_language.get())


def language() -> str:
    """Return the language being spoken, as a key of `LANGUAGES`."""
    return _language.get()


def speak(language: str) -> None:
    """Speak a language for the rest of this task."""
    _language.set(language)


@contextmanager
def speaking(language: str) -> Generator[None]:
    """Speak a language in this block, and in tasks that start in it."""
    former = _language.set(language)
    try:
        yield
    finally:
        _language.reset(former)


def language_of(locale: discord.Locale) -> str:
    """Return which language somebody with this Discord client reads; else English."""
    for name in (locale.value.replace("-", "_"), locale.value.split("-")[0]):
        if name in LANGUAGES:
            return name
    return "en"


class CommandTranslator(app_commands.Translator):
    """Names and descriptions of commands, in the languages of Discord's clients."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        translations = _translations(language_of(locale))
        if context.location in _NAMES:
            text = translations.pgettext(NAME, string.message)
        else:
            text = translations.gettext(string.message)
        return None if text == string.message else text


@cache
def _translations(language: str) -> NullTranslations:
    """Read a language, which takes a moment: `read_catalogues` does it at the start."""
    translations = NullTranslations()
    for path in sorted((CATALOGUES / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        for message in [message for message in catalogue if not is_translated(message)]:
            catalogue.delete(message.id, message.context)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        parsed = GNUTranslations(compiled)
        parsed.add_fallback(translations)
        translations = parsed
    return translations


def is_translated(message: Message) -> bool:
    """Tell whether a catalogue has all words of a message, in each plural form."""
    return all(strings_of(message)) and not message.fuzzy


def strings_of(message: Message) -> Sequence[str]:
    """Return the translation of a message, or those of its plural forms; empty ones are missing."""
    words = message.string or ""
    return [words] if isinstance(words, str) else words


def read_catalogues() -> None:
    """Read every language's catalogues, so that nobody waits for them later."""
    for language in LANGUAGES:
        _translations(language)
