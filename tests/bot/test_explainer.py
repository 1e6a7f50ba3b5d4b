"""The lesson: every page fits Discord, every picture is drawn once, and the quiz counts right."""

import io
import re
import stat
import unicodedata
from itertools import pairwise, product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from bot.components.buttons import JobButton
from bot.components.lesson import PageButton, QuizStart, TopicMenu
from bot.components.quiz import QuizButton
from bot.explainer.drawing.__main__ import draw
from bot.explainer.gallery import Gallery
from bot.explainer.lesson import job_lesson
from bot.explainer.pages import Page, alt_text, page_embed, page_picture
from bot.explainer.picture import PictureName, Theme
from bot.explainer.questions import QUESTIONS
from bot.explainer.quiz import Standing, answer_embed, end_embed, question_embed
from bot.explainer.sentences import Subject, latents_shape, passes
from bot.explainer.topic import Depth
from bot.explainer.topics import TOPICS
from generator import ModelSpec, load_catalogue
from tests.bot.jobs import make_job

CATALOGUE = load_catalogue()
DEPTHS: tuple[Depth, ...] = get_args(Depth)
THEMES: tuple[Theme, ...] = get_args(Theme)
MAX_FILE = 300_000


def subject(spec: ModelSpec = CATALOGUE["builtin"]) -> Subject:
    request = spec.request(id="abcde", prompt="a red circle", seed=7, output_path="clips/a.mp4")
    return Subject(spec, request)


# --- pages ----------------------------------------------------------------------------------------


def test_there_is_a_topic_for_every_picture_and_a_picture_for_every_topic() -> None:
    assert set(TOPICS) == set(get_args(PictureName))


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_every_page_fits_an_embed_whatever_the_model(spec: ModelSpec) -> None:
    about = subject(spec)
    for topic, depth in product(TOPICS, DEPTHS):
        page = Page(topic, depth)
        embed = page_embed(page, about)
        text = embed.description or ""
        assert len(embed) <= 6000
        assert len(embed.title or "") <= 256
        assert 0 < len(text) <= 4096
        assert all(len(field.value or "") <= 1024 for field in embed.fields)
        assert 0 < len(alt_text(page, about)) <= 1024
        assert "{" not in text + alt_text(page, about)
        assert text.count("```") % 2 == 0
        assert text.count("||") % 2 == 0


def test_formulas_do_not_wrap_on_a_phone() -> None:
    for topic, depth in product(TOPICS, DEPTHS):
        text = page_embed(Page(topic, depth), subject()).description or ""
        for block in text.split("```")[1::2]:
            for line in block.splitlines():
                width = sum(not unicodedata.combining(letter) for letter in line)
                assert width <= 44, line


def test_no_formula_is_taken_for_markup() -> None:
    pages = [
        page_embed(Page(topic, depth), subject()).description or ""
        for topic, depth in product(TOPICS, DEPTHS)
    ]
    for number, question in enumerate(QUESTIONS):
        pages += [
            answer_embed(Standing(number), choice).description or ""
            for choice in range(len(question.answers))
        ]
    for text in pages:
        without_code = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
        assert "_" not in without_code
        assert "`" not in without_code
        assert without_code.count("**") % 2 == 0
        assert without_code.replace("**", "").count("*") % 2 == 0


def test_menus_fit_discord() -> None:
    for topic in TOPICS.values():
        assert len(topic.title) <= 80  # it is a button's label, too
        assert len(topic.summary) <= 100


def test_topics_name_their_sources() -> None:
    for name, topic in TOPICS.items():
        text = str(page_embed(Page(name), subject()).to_dict())
        assert all(f"arxiv.org/abs/{source.arxiv}" in text for source in topic.sources)
    unsourced = {name for name, topic in TOPICS.items() if not topic.sources}
    assert unsourced == {"model"}


def test_the_claims_table_names_every_source() -> None:
    table = Path("docs/explainer.md").read_text()
    for topic in TOPICS.values():
        assert all(source.arxiv in table for source in topic.sources)


def test_the_built_in_models_latents_are_read_from_its_own_configs() -> None:
    assert latents_shape(subject()) == (16, 9, 9, 29)
    text = page_embed(Page("model"), subject()).description or ""
    assert "16×9×9×29" in text
    assert "predicts the clip itself" in text


def test_latents_of_a_video_vae_hold_the_first_frame_by_itself() -> None:
    assert latents_shape(subject(CATALOGUE["wan-1b"])) == (21, 60, 104, 16)


def test_passes_count_guidance_twice_only_where_the_network_runs_twice() -> None:
    for name, each in {"builtin": 2, "hunyuan": 1, "animatediff-lightning": 1}.items():
        about = subject(CATALOGUE[name])
        assert passes(about) == each * about.request.num_inference_steps


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_a_clips_own_lesson_fits_an_embed(spec: ModelSpec) -> None:
    embed = job_lesson(make_job(request=subject(spec).request), spec, has_filmstrip=True)
    assert len(embed) <= 6000
    assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
    assert "{" not in str([field.value for field in embed.fields])


def test_a_clips_own_lesson_tells_its_schedule_prediction_and_latents() -> None:
    text = str(job_lesson(make_job(), CATALOGUE["builtin"]).to_dict())
    assert "DPMSolverMultistepScheduler" in text
    assert "with shift 9" in text
    assert "predicted the clip itself" in text
    assert "16×9×9×29" in text


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("topic", "theme"), list(product(TOPICS, THEMES)))
def test_a_picture_is_legible_and_light(topic: PictureName, theme: Theme, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    draw(page_picture(Page(topic, "full", theme), subject()), path)
    with Image.open(path) as picture:
        assert picture.size == (880, 660)
        pixels = np.asarray(picture.convert("L"), dtype=float)
    background = pixels[0, 0]
    assert (background < 80) == (theme == "dark")
    inked = float(np.count_nonzero(np.abs(pixels - background) > 60)) / pixels.size
    assert 0.01 < inked < 0.6
    assert path.stat().st_size <= MAX_FILE
    assert [file.name for file in tmp_path.iterdir()] == ["picture.png"]


def test_a_model_of_unknown_latents_is_drawn_without_them(tmp_path: Path) -> None:
    about = subject(CATALOGUE["ltx-2"])
    assert latents_shape(about) is None
    for topic in ("pipeline", "model"):
        draw(page_picture(Page(topic), about), tmp_path / f"{topic}.png")


async def test_a_picture_is_drawn_once_and_kept(tmp_path: Path) -> None:
    picture = page_picture(Page("guidance"), subject())
    gallery = Gallery(tmp_path)
    first = await gallery.file(picture, "what it shows")
    assert first is not None
    assert first.description == "what it shows"
    (kept,) = tmp_path.glob("*.png")  # noqa: ASYNC240 - a small folder
    written = kept.stat().st_mtime_ns
    second = await Gallery(tmp_path).file(picture, "what it shows")
    assert second is not None
    assert second.fp.read() == first.fp.read() == kept.read_bytes()
    assert kept.stat().st_mtime_ns == written
    with Image.open(io.BytesIO(kept.read_bytes())) as drawn:
        assert drawn.format == "PNG"


async def test_what_cannot_be_drawn_leaves_the_words(tmp_path: Path) -> None:
    in_the_way = tmp_path / "explainer"
    in_the_way.write_text("a file where the folder should be")
    picture = page_picture(Page("gan"), subject())
    assert await Gallery(in_the_way).file(picture, "") is None
    assert stat.S_ISREG(in_the_way.stat().st_mode)


# --- the quiz -------------------------------------------------------------------------------------


def test_the_questions_cover_all_topics_and_fit_discord() -> None:
    assert 8 <= len(QUESTIONS) <= 12
    assert {question.topic for question in QUESTIONS} == set(TOPICS)
    for number, question in enumerate(QUESTIONS):
        assert 3 <= len(question.answers) <= 4
        assert 0 <= question.right < len(question.answers)
        assert len({answer.text for answer in question.answers}) == len(question.answers)
        for choice in range(len(question.answers)):
            assert len(answer_embed(Standing(number), choice)) <= 6000
    assert {question.right for question in QUESTIONS} == {0, 1, 2}
    assert any(one.right != other.right for one, other in pairwise(QUESTIONS))


def test_a_perfect_run_and_one_that_is_all_wrong() -> None:
    perfect = wrong = Standing()
    while not perfect.is_over:
        assert QUESTIONS[perfect.number].text in (question_embed(perfect).description or "")
        right = perfect.question.right
        perfect, wrong = perfect.after(right), wrong.after((right + 1) % 3)
    total = len(QUESTIONS)
    assert (perfect.score, perfect.missed()) == (total, [])
    assert (wrong.score, set(wrong.missed())) == (0, set(TOPICS))
    assert f"**{total} of {total}** right" in (end_embed(perfect).description or "")
    assert f"**0 of {total}** right" in (end_embed(wrong).description or "")


def test_an_answer_is_told_right_from_wrong() -> None:
    question = QUESTIONS[0]
    right = answer_embed(Standing(), question.right).description or ""
    assert "❌" not in right
    other = (question.right + 1) % 3
    wrong = answer_embed(Standing(), other).description or ""
    assert "❌" in wrong
    assert "✅" in wrong
    assert TOPICS[question.topic].title in wrong
    assert question.answers[other].why in wrong


def test_answering_again_replaces_the_answer() -> None:
    question = QUESTIONS[0]
    once = Standing().after(question.right)
    again = Standing(0, once.right).after((question.right + 1) % 3)
    assert (once.score, again.score) == (1, 0)


# --- custom ids -----------------------------------------------------------------------------------


def test_no_custom_id_is_taken_for_another() -> None:
    patterns = [
        item.__discord_ui_compiled_template__
        for item in (JobButton, PageButton, TopicMenu, QuizStart, QuizButton)
    ]
    ids = [
        "v1:how:abcde",
        "v1:learn:overview:class:light",
        "v1:topics:short:dark",
        "v1:quiz-start",
        "v1:quiz:3:5",
        "v1:quiz:11:7ff:2",
    ]
    for custom_id in ids:
        assert sum(pattern.fullmatch(custom_id) is not None for pattern in patterns) == 1
