"""`python -m bot.locales` writes what is to be translated into every language's catalogues."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.i18n import CATALOGUES, LANGUAGES, is_translated, strings_of
from bot.locales.extraction import templates

_WIDTH = 100
_KEPT_HEADERS = (b'"Language:', b'"Plural-Forms:', b'"MIME-Version:', b'"Content-')
"""No dates and versions, so that a run that finds nothing new changes nothing."""


def main() -> None:
    found = templates()
    for language in sorted(LANGUAGES.keys() - {"en"}):
        missing = 0
        for domain, template in found.items():
            path = CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
            catalogue = updated(path, language, template)
            _write(path, _written(catalogue, language))
            missing += sum(not is_translated(message) for message in catalogue if message.id)
        print(f"{language}: {missing} to translate")


def _write(path: Path, content: bytes) -> None:
    """Write a file that has changed, and leave any other to whoever has it open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def updated(path: Path, language: str, template: Catalog) -> Catalog:
    """Return a catalogue with the template's messages and the translations that it had."""
    catalogue = Catalog(locale=language, fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.update(template, update_creation_date=False)
    catalogue.obsolete.clear()
    for message in catalogue:
        if message.id and not any(strings_of(message)):
            message.flags.discard("fuzzy")  # like another that nobody has translated either
    return catalogue


def _written(catalogue: Catalog, language: str) -> bytes:
    catalogue.header_comment = f"# Zoetrope in {LANGUAGES[language]}."
    written = io.BytesIO()
    write_po(
        written,
        catalogue,
        width=_WIDTH,
        sort_output=True,
        include_lineno=False,
    )
    header, messages = written.getvalue().split(b"\n\n", 1)
    kept = [
        line
        for line in header.splitlines()
        if not line.startswith(b'"') or line.startswith(_KEPT_HEADERS)
    ]
    return b"\n".join([*kept, b"", messages])


if __name__ == "__main__":
    main()
