"""/explain: the lesson on diffusion and GANs."""

from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.video import resolve_model
from bot.explainer.lesson import card_files, general_lesson


def add_explain_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /explain."""

    @tree.command(name="explain", description="How a sentence becomes a video: diffusion and GANs")
    @app_commands.describe(private="Show it only to you")
    async def explain(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, private: bool = False
    ) -> None:
        rules = await interaction.client.store.rules(interaction.guild_id)
        spec = await resolve_model(interaction.client, None, rules)
        await interaction.response.send_message(
            embed=general_lesson(spec), files=await card_files(spec), ephemeral=private
        )
