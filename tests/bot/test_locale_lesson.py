"""The lesson in every language fits Discord, with real facts, and so do its pictures."""

import unicodedata
from itertools import product
from pathlib import Path
from typing import Any, cast, get_args

import discord
import pytest

from bot.components.lesson import lesson_view
from bot.components.quiz import answer_view, end_view
from bot.explainer.drawing.__main__ import draw
from bot.explainer.drawing.fonts import NoFontError
from bot.explainer.gallery import Gallery
from bot.explainer.lesson import job_lesson
from bot.explainer.pages import Page, alt_text, page_embed, page_picture
from bot.explainer.picture import Picture
from bot.explainer.questions import QUESTIONS
from bot.explainer.quiz import Standing, answer_embed, end_embed, question_embed
from bot.explainer.topic import Depth
from bot.explainer.topics import TOPICS
from bot.i18n import speaking
from generator import ModelSpec, load_catalogue
from tests.bot.catalogues import OTHERS
from tests.bot.jobs import make_job
from tests.bot.test_explainer import subject

_CATALOGUE = load_catalogue()
_SPECS = [_CATALOGUE[name] for name in ("builtin", "ltx-2", "animatediff-lightning", "wan-1b")]
_DEPTHS: tuple[Depth, ...] = get_args(Depth)
_ACROSS_A_PHONE = 44
"""Letters of a code block's line; Chinese characters count twice."""


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("spec", _SPECS, ids=lambda spec: spec.name)
def test_pages_fit_an_embed(language: str, spec: ModelSpec) -> None:
    about = subject(spec)
    with speaking(language):
        for topic, depth in product(TOPICS, _DEPTHS):
            page = Page(topic, depth)
            embed = page_embed(page, about)
            _check_embed(embed)
            _check_code(embed.description or "")
            assert 0 < len(alt_text(page, about)) <= 1024
            assert "{" not in (embed.description or "") + alt_text(page, about)
        _check_embed(job_lesson(make_job(request=about.request), spec, has_filmstrip=True))


@pytest.mark.parametrize("language", OTHERS)
def test_quiz_fits_an_embed(language: str) -> None:
    with speaking(language):
        for number, question in enumerate(QUESTIONS):
            _check_embed(question_embed(Standing(number)))
            for choice in range(len(question.answers)):
                _check_embed(answer_embed(Standing(number), choice))
                _check_labels(answer_view(Standing(number), choice))
        end = Standing(len(QUESTIONS))
        _check_embed(end_embed(end))
        _check_labels(end_view(end))


@pytest.mark.parametrize("language", OTHERS)
def test_menus_and_buttons_fit(language: str) -> None:
    with speaking(language):
        for topic in TOPICS:
            _check_labels(lesson_view(Page(topic)))


@pytest.mark.parametrize("language", ["de", "hi", "ja"])  # long words, and each script
def test_pictures_are_drawn_where_there_is_a_font(language: str, tmp_path: Path) -> None:
    with speaking(language):
        pictures = [page_picture(Page(topic), subject()) for topic in TOPICS]
    try:
        for picture in pictures:
            draw(picture, tmp_path / f"{picture.name}.png")
    except NoFontError as error:
        pytest.skip(f"no font here has {str(error)[:20]}")
    assert len(list(tmp_path.glob("*.png"))) == len(TOPICS)


async def test_a_picture_without_a_font_keeps_its_english_words(tmp_path: Path) -> None:
    english = {"here": "here", "without": "without", "with": "with", "used": "used"}
    nobodys = dict.fromkeys(english, "𐀀")
    gallery = Gallery(tmp_path)
    plain = await gallery.file(Picture("guidance", "dark", english, english), "")
    other = await gallery.file(Picture("guidance", "dark", nobodys, english), "")
    assert plain is not None
    assert other is not None
    assert plain.fp.read() == other.fp.read()
    assert len(list(tmp_path.glob("*.png"))) == 1  # noqa: ASYNC240 - a small folder


def _check_embed(embed: discord.Embed) -> None:
    assert len(embed) <= 6000
    assert 0 < len(embed.title or "") <= 256
    assert 0 < len(embed.description or "") <= 4096
    assert len(embed.footer.text or "") <= 2048
    for field in embed.fields:
        assert 0 < len(field.name or "") <= 256
        assert 0 < len(field.value or "") <= 1024


def _check_code(text: str) -> None:
    for block in text.split("```")[1::2]:
        for line in block.splitlines():
            width = sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line)
            width -= sum(unicodedata.category(letter) == "Mn" for letter in line)
            assert width <= _ACROSS_A_PHONE, line


def _check_labels(view: discord.ui.View) -> None:
    for item in view.children:
        shown: Any = cast("Any", item).item if isinstance(item, discord.ui.DynamicItem) else item
        if isinstance(shown, discord.ui.Button):
            assert len(shown.label or "") <= 80
        if isinstance(shown, discord.ui.Select):
            assert len(shown.placeholder or "") <= 150
            for option in shown.options:
                assert 0 < len(option.label) <= 100
                assert 0 < len(option.description or "") <= 100
