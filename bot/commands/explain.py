"""/explain: the lesson on diffusion and GANs, a page for each topic, and the quiz."""

from typing import Literal

from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.components.lesson import show_page
from bot.components.quiz import start_quiz
from bot.explainer.pages import Page
from bot.explainer.picture import PictureName
from bot.explainer.topics import TOPICS
from bot.explainer.wording import QUIZ

_QUIZ = "quiz"
_TOPICS: dict[str, PictureName] = {name: name for name in TOPICS}
_CHOICES = [
    *(app_commands.Choice(name=topic.title, value=name) for name, topic in TOPICS.items()),
    app_commands.Choice(name=QUIZ, value=_QUIZ),
]


def add_explain_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /explain."""

    @tree.command(name="explain", description="How a sentence becomes a video: diffusion and GANs")
    @app_commands.describe(
        topic="What to explain, or the quiz",
        depth="A paragraph, half a page with formulas, or derivations and experiments for a class",
        theme="Whether the pictures are light or dark",
        private="Show it only to you",
    )
    @app_commands.choices(topic=_CHOICES)
    async def explain(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        topic: str = "overview",
        depth: Literal["short", "full", "class"] = "full",
        theme: Literal["dark", "light"] = "dark",
        private: bool = False,
    ) -> None:
        if topic == _QUIZ:
            await start_quiz(interaction)
            return
        page = Page(_TOPICS[topic], depth, theme)
        await show_page(interaction, page, private=private, turn=False)
