"""The quiz: private, one message per run; its buttons carry how it stands."""

import re
from typing import Any, Self

import discord
from discord import ButtonStyle

from bot.client import Interaction
from bot.components.lesson import read_button, serve
from bot.errors import Refusal
from bot.explainer import wording
from bot.explainer.pages import Page
from bot.explainer.quiz import LETTERS, Standing, answer_embed, end_embed, question_embed
from bot.explainer.topics import TOPICS
from bot.i18n import _
from bot.texts import refusals


async def start_quiz(interaction: Interaction) -> None:
    """Ask the first question, privately."""
    standing = Standing()
    await interaction.response.send_message(
        embed=question_embed(standing), view=_question_view(standing), ephemeral=True
    )


class QuizButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"v1:quiz:(?P<number>[0-9]{1,2}):(?P<right>[0-9a-f]{1,8})(:(?P<choice>[0-3]))?",
):
    """Gives an answer, or leads on: to the next question, the score, or a new run."""

    def __init__(
        self,
        standing: Standing,
        choice: int | None,
        label: str,
        style: ButtonStyle = ButtonStyle.secondary,
        emoji: str | None = None,
    ) -> None:
        answer = "" if choice is None else f":{choice}"
        custom_id = f"v1:quiz:{standing.number}:{standing.right:x}{answer}"
        super().__init__(
            discord.ui.Button(label=label, style=style, emoji=emoji, custom_id=custom_id)
        )
        self._standing = standing
        self._choice = choice

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        standing = Standing(int(match["number"]), int(match["right"], 16))
        choice = None if match["choice"] is None else int(match["choice"])
        return cls(standing, choice, _(wording.QUIZ))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await serve(interaction, self._go_on(interaction))

    async def _go_on(self, interaction: Interaction) -> None:
        if not await interaction.client.receive(interaction):
            return
        embed, view = _next_page(self._standing, self._choice)
        await interaction.response.edit_message(embed=embed, view=view)


def _next_page(standing: Standing, choice: int | None) -> tuple[discord.Embed, discord.ui.View]:
    """Return what follows a press. Raises `Refusal` for a question this version does not have."""
    if standing.is_over:
        return end_embed(standing), end_view(standing)
    if choice is None:
        return question_embed(standing), _question_view(standing)
    if choice >= len(standing.question.answers):
        raise Refusal(refusals.UNKNOWN_BUTTON)
    return answer_embed(standing, choice), answer_view(standing, choice)


def _question_view(standing: Standing) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for choice in range(len(standing.question.answers)):
        view.add_item(QuizButton(standing, choice, LETTERS[choice]))
    return view


def answer_view(before: Standing, choice: int) -> discord.ui.View:
    """Return what leads on from an answer, and back to the lesson from a wrong one."""
    view = discord.ui.View(timeout=None)
    after = before.after(choice)
    label = wording.QUIZ_SHOW_SCORE if after.is_over else wording.QUIZ_NEXT
    view.add_item(QuizButton(after, None, _(label), ButtonStyle.primary, "▶️"))
    if choice != before.question.right:
        topic = before.question.topic
        view.add_item(read_button(Page(topic), _(TOPICS[topic].title)))
    return view


def end_view(standing: Standing) -> discord.ui.View:
    """Return what leads to a new run, and to the topics of wrong answers."""
    view = discord.ui.View(timeout=None)
    view.add_item(QuizButton(Standing(), None, _(wording.QUIZ_AGAIN), emoji="🔁"))
    for topic in standing.missed():
        view.add_item(read_button(Page(topic), _(TOPICS[topic].title)))
    return view
