"""Walking through the lesson: its menu and buttons carry the page they lead to, and nothing else.

Who asked for a page turns it for everybody; a press of anybody else brings a private copy.
"""

import re
from collections.abc import Awaitable
from typing import Any, Self

import discord
import msgspec
from discord import ButtonStyle

from bot.answers import answer_error
from bot.client import Interaction
from bot.commands.asking import complete, offer_of
from bot.errors import Refusal
from bot.explainer import wording
from bot.explainer.lesson import card_files
from bot.explainer.pages import Page, alt_text, page_embed, page_picture
from bot.explainer.picture import PictureName
from bot.explainer.sentences import Subject
from bot.explainer.topics import TOPICS
from bot.i18n import _
from bot.jobs.limits import make_plan
from bot.jobs.wish import Wish
from bot.texts import refusals

_AS_USUAL = Wish(prompt="a red circle moving right", seed=0)


async def show_page(interaction: Interaction, page: Page, *, private: bool, turn: bool) -> None:
    """Answer with a page: in a message of its own, or in the one whose button was pressed."""
    subject = await _subject(interaction)
    # a picture that nobody has seen yet is drawn first, for which Discord would not wait
    await interaction.response.defer(ephemeral=private, thinking=not turn)
    gallery = interaction.client.gallery
    picture = await gallery.file(page_picture(page, subject), alt_text(page, subject))
    card = await card_files(subject.spec) if page.topic == "model" else []
    await interaction.edit_original_response(
        content=_(wording.NO_PICTURE) if picture is None else None,
        embed=page_embed(page, subject),
        attachments=card if picture is None else [picture, *card],
        view=lesson_view(page),
    )


async def _subject(interaction: Interaction) -> Subject:
    """Return this server's model, and a clip as it is made here where nothing else is chosen."""
    spec, rules, wish = await complete(interaction, _AS_USUAL)
    offer = await offer_of(interaction.client)
    plan = make_plan(wish, spec, rules, offer, job_id="lesson", output_path="", max_bytes=None)
    return Subject(spec, plan.request)


class PageButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"v1:(?P<action>learn|read):(?P<topic>[a-z]+):(?P<depth>[a-z]+):(?P<theme>[a-z]+)",
):
    """Leads to a page: "learn" in the same message, "read" in a private one of its own."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        match = self.template.fullmatch(self.custom_id)
        assert match is not None
        chosen = match.groupdict()
        own_message = chosen.pop("action") == "read"
        await serve(interaction, _turn(interaction, chosen, own_message=own_message))


class TopicMenu(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"v1:topics:(?P<depth>[a-z]+):(?P<theme>[a-z]+)",
):
    """Leads to a topic, at the same depth."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        assert isinstance(item, discord.ui.Select)
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        match = self.template.fullmatch(self.custom_id)
        assert match is not None
        chosen = {**match.groupdict(), "topic": self.item.values[0]}
        await serve(interaction, _turn(interaction, chosen, own_message=False))


class QuizStart(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"v1:quiz-start"
):
    """Starts the quiz, privately."""

    def __init__(self) -> None:
        super().__init__(
            discord.ui.Button(
                label=_(wording.QUIZ),
                emoji="🎓",
                style=ButtonStyle.primary,
                custom_id="v1:quiz-start",
                row=1,
            )
        )

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        # imported here, because the quiz leads back to the lesson
        from bot.components.quiz import start_quiz

        if await interaction.client.receive(interaction):
            await serve(interaction, start_quiz(interaction))


async def serve(interaction: Interaction, work: Awaitable[None]) -> None:
    """Do what a press asks for; discord.py would only log what goes wrong."""
    try:
        await work
    except Exception as error:
        await answer_error(interaction, error)


async def _turn(interaction: Interaction, chosen: dict[str, str], *, own_message: bool) -> None:
    """Show the page chosen. Raises `Refusal` where this version of the bot has none such."""
    if not await interaction.client.receive(interaction):
        return
    try:
        page = msgspec.convert(chosen, Page)
    except msgspec.ValidationError:
        raise Refusal(refusals.UNKNOWN_BUTTON) from None
    turn = not own_message and _is_own(interaction)
    await show_page(interaction, page, private=not turn, turn=turn)


def _is_own(interaction: Interaction) -> bool:
    """Tell whether it was the presser who asked for the message."""
    message = interaction.message
    origin = message.interaction_metadata if message else None
    return origin is not None and origin.user.id == interaction.user.id


def lesson_view(page: Page) -> discord.ui.View:
    """Return the menu and the buttons of a page."""
    # only dynamic items and no timeout, as in the view of a job
    view = discord.ui.View(timeout=None)
    view.add_item(_topic_menu(page))
    names = list(TOPICS)
    index = names.index(page.topic)
    before, after = names[index - 1], names[(index + 1) % len(names)]
    turns: tuple[tuple[PictureName, str, str, bool], ...] = (
        (before, wording.PREVIOUS, "◀️", index == 0),
        (after, wording.NEXT, "▶️", after == names[0]),
    )
    for topic, label, emoji, at_end in turns:
        there = Page(topic, page.depth, page.theme)
        view.add_item(_button("learn", there, _(label), emoji, row=1, disabled=at_end))
    for depth, label in wording.DEPTHS.items():
        there = Page(page.topic, depth, page.theme)
        view.add_item(_button("learn", there, _(label), None, row=2, disabled=depth == page.depth))
    other = Page(page.topic, page.depth, "light" if page.theme == "dark" else "dark")
    label, emoji = (wording.LIGHT, "☀️") if other.theme == "light" else (wording.DARK, "🌙")
    view.add_item(_button("learn", other, _(label), emoji, row=2))
    view.add_item(QuizStart())
    return view


def _topic_menu(page: Page) -> TopicMenu:
    options = [
        discord.SelectOption(
            label=_(topic.title),
            value=name,
            description=_(topic.summary),
            default=name == page.topic,
        )
        for name, topic in TOPICS.items()
    ]
    custom_id = f"v1:topics:{page.depth}:{page.theme}"
    placeholder = _(wording.CHOOSE_TOPIC)
    return TopicMenu(
        discord.ui.Select(custom_id=custom_id, options=options, placeholder=placeholder)
    )


def read_button(page: Page, label: str) -> PageButton:
    """Return a button that opens a page privately."""
    return _button("read", page, label, "📖")


def _button(
    action: str,
    page: Page,
    label: str,
    emoji: str | None,
    *,
    row: int | None = None,
    disabled: bool = False,
) -> PageButton:
    return PageButton(
        discord.ui.Button(
            label=label,
            emoji=emoji,
            style=ButtonStyle.secondary,
            disabled=disabled,
            custom_id=f"v1:{action}:{page.topic}:{page.depth}:{page.theme}",
            row=row,
        )
    )
