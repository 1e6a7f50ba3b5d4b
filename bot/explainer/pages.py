"""A page of the lesson: a topic at a depth, as an embed with its picture."""

from dataclasses import dataclass

import discord

from bot.explainer.picture import Picture, PictureName, Theme
from bot.explainer.sentences import Subject, clip_shape, latents_shape, sentences
from bot.explainer.topic import Depth, Topic
from bot.explainer.topics import TOPICS
from bot.explainer.wording import PAGE_FOOTER, SOURCES
from bot.i18n import _, speaking

COLOUR = discord.Colour(0x7C5CFF)
_SHAPE = ("frames", "height", "width", "channels")


@dataclass(frozen=True)
class Page:
    """What a reader has chosen; buttons carry it."""

    topic: PictureName = "overview"
    depth: Depth = "full"
    theme: Theme = "dark"


def page_embed(page: Page, subject: Subject) -> discord.Embed:
    """Return the words of a page. Its picture is attached beside it, where it has its alt text."""
    topic = TOPICS[page.topic]
    text = _(topic.texts[page.depth]).format_map(sentences(subject))
    embed = discord.Embed(title=_(topic.title), description=text, colour=COLOUR)
    if topic.sources:
        embed.add_field(name=_(SOURCES), value=source_links(topic), inline=False)
    number = list(TOPICS).index(page.topic) + 1
    embed.set_footer(text=_(PAGE_FOOTER).format(number=number, total=len(TOPICS)))
    return embed


def source_links(topic: Topic) -> str:
    return " · ".join(f"[{source.name}]({source.url})" for source in topic.sources)


def page_picture(page: Page, subject: Subject) -> Picture:
    """Return what to draw for a page."""
    words = _picture_words(page, subject)
    with speaking("en"):
        english = _picture_words(page, subject)
    numbers = _numbers(subject) if page.topic == "model" else {}
    return Picture(page.topic, page.theme, words, english, numbers)


def _picture_words(page: Page, subject: Subject) -> dict[str, str]:
    facts = sentences(subject)
    return {name: _(text).format_map(facts) for name, text in TOPICS[page.topic].words.items()}


def alt_text(page: Page, subject: Subject) -> str:
    """Return what the picture of a page says to those who do not see it."""
    return _(TOPICS[page.topic].alt_text).format_map(sentences(subject))


def _numbers(subject: Subject) -> dict[str, float]:
    numbers = dict(zip(_SHAPE, clip_shape(subject.request), strict=True))
    latents = latents_shape(subject)
    if latents is not None:
        numbers |= {f"latent_{k}": v for k, v in zip(_SHAPE, latents, strict=True)}
    return {name: float(number) for name, number in numbers.items()}
