"""Every language has every message, with the same placeholders, markup and commands."""

import re
from pathlib import Path
from string import Formatter

import pytest

from bot.i18n import CATALOGUES, LANGUAGES
from bot.locales.__main__ import updated
from bot.locales.extraction import DOMAINS
from tests.bot.catalogues import OTHERS, catalogue, forms, template, translated

_MARKUP = ("**", "||", "```", "~~", "-# ")
_LONGEST = 2000


def test_each_message_belongs_to_one_domain() -> None:
    ids = [
        (forms(message.id)[0], message.context)
        for domain in DOMAINS
        for message in template()[domain]
        if message.id
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_the_same_in_every_language(language: str) -> None:
    for message in translated(language):
        wanted = [_placeholders(form) for form in forms(message.id)]
        for form in forms(message.string):
            assert _placeholders(form) in wanted, form


@pytest.mark.parametrize("language", OTHERS)
def test_markup_is_the_same_in_every_language(language: str) -> None:
    for message in translated(language):
        for form in forms(message.string):
            for mark in _MARKUP:
                assert form.count(mark) == forms(message.id)[0].count(mark), form
            assert form.count("`") % 2 == 0, form
            assert _links(form) == _links(forms(message.id)[0])


@pytest.mark.parametrize("language", OTHERS)
def test_edges_are_the_same_in_every_language(language: str) -> None:
    """Sentences are joined: a space or a line break that is lost runs them together."""
    for message in translated(language):
        original = forms(message.id)[0]
        for form in forms(message.string):
            assert form[: len(form) - len(form.lstrip())] == _leading(original), form
            assert form[len(form.rstrip()) :] == original[len(original.rstrip()) :], form


@pytest.mark.parametrize("language", OTHERS)
def test_texts_fit_a_message(language: str) -> None:
    for domain in set(DOMAINS) - {"lesson"}:
        for message in catalogue(language, domain):
            assert all(len(form) <= _LONGEST for form in forms(message.string or ""))


def test_there_is_nothing_but_the_languages_catalogues() -> None:
    folders = {path.name for path in CATALOGUES.iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == set(OTHERS) == LANGUAGES.keys() - {"en"}


def test_a_translation_stays_when_the_code_changes(tmp_path: Path) -> None:
    known = catalogue("de", "lesson")
    kept = updated(CATALOGUES / "de" / "LC_MESSAGES" / "lesson.po", "de", template()["lesson"])
    # the message without an id is the header, which has the time of day
    assert {message.id: message.string for message in kept if message.id} == {
        message.id: message.string for message in known if message.id
    }
    anew = updated(tmp_path / "none.po", "de", template()["lesson"])
    assert len(anew) == len(known)


def _placeholders(text: str) -> set[tuple[str, str, str | None]]:
    return {
        (name, spec or "", conversion)
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    }


def _leading(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _links(text: str) -> list[str]:
    return sorted(re.findall(r"\]\(([^)]*)\)", text))
