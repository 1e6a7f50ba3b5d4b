"""The catalogues for tests of them, each read once."""

from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.i18n import CATALOGUES, LANGUAGES, is_translated
from bot.locales.extraction import DOMAINS, templates

OTHERS = tuple(sorted(LANGUAGES.keys() - {"en"}))

template = cache(templates)


@cache
def catalogue(language: str, domain: str) -> Catalog:
    path = CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def translated(language: str) -> Iterator[Message]:
    """Yield all messages that have a translation."""
    for domain in DOMAINS:
        yield from (
            message
            for message in catalogue(language, domain)
            if message.id and is_translated(message)
        )


def forms(words: object) -> list[str]:
    """Return a message's text, or its plural forms."""
    return [words] if isinstance(words, str) else [str(form) for form in words]  # pyright: ignore
