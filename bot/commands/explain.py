"""/explain: the lesson on diffusion and GANs, a page for each topic, and the quiz."""

from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.components.lesson import show_page
from bot.components.quiz import start_quiz
from bot.explainer import wording
from bot.explainer.pages import Page
from bot.explainer.picture import PictureName, Theme
from bot.explainer.topic import Depth
from bot.explainer.topics import TOPICS
from bot.i18n import N_

_QUIZ = "quiz"
_TOPICS: dict[str, PictureName] = {name: name for name in TOPICS}
_DEPTHS: dict[str, Depth] = {depth: depth for depth in wording.DEPTHS}
_THEMES: dict[str, Theme] = {"dark": "dark", "light": "light"}


def add_explain_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /explain."""

    @tree.command(
        name="explain", description=N_("How a sentence becomes a video: diffusion and GANs")
    )
    @app_commands.describe(
        topic=N_("What to explain, or the quiz"),
        depth=N_("A paragraph, half a page with formulas, or derivations and experiments"),
        theme=N_("Whether the pictures are light or dark"),
        private=N_("Show it only to you"),
    )
    @app_commands.choices(
        topic=[
            *(app_commands.Choice(name=topic.title, value=name) for name, topic in TOPICS.items()),
            app_commands.Choice(name=wording.QUIZ, value=_QUIZ),
        ],
        depth=[
            app_commands.Choice(name=name, value=depth) for depth, name in wording.DEPTHS.items()
        ],
        theme=[
            app_commands.Choice(name=N_("Dark"), value="dark"),
            app_commands.Choice(name=N_("Light"), value="light"),
        ],
    )
    async def explain(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        topic: str = "overview",
        depth: str = "full",
        theme: str = "dark",
        private: bool = False,
    ) -> None:
        if topic == _QUIZ:
            await start_quiz(interaction)
            return
        page = Page(_TOPICS[topic], _DEPTHS[depth], _THEMES[theme])
        await show_page(interaction, page, private=private, turn=False)
