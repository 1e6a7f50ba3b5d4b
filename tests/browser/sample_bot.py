"""A small discord.py bot that does one of each thing the page can show."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import numpy as np
from discord import app_commands

from bot.app import use_local_discord
from bot.emulator.server import Emulator
from generator.encoding import write_mp4

FLAVOURS = ("vanilla", "chocolate", "strawberry")

Interaction = discord.Interaction[discord.Client]


GERMAN = {
    "clip": "film",
    "Show a clip": "Zeige einen Film",
    "seed": "startwert",
    "Small (64)": "Klein (64)",
}


class German(app_commands.Translator):
    """Some of the words in one other language."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return GERMAN.get(string.message) if locale is discord.Locale.german else None


class SampleBot(discord.Client):
    """Answers /clip, /settings, /whisper, /note and /silent."""

    def __init__(self, clip: Path) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.1)
        self.clip = clip
        self.tree = app_commands.CommandTree[SampleBot](self)

    async def setup_hook(self) -> None:
        self.tree.command(description="Show a clip")(clip)
        self.tree.command(description="Answer only to who asks")(whisper)
        self.tree.command(description="Never answer")(silent)
        self.tree.command(description="Show an embed")(note)
        self.tree.context_menu(name="Count the words")(count_words)
        self.tree.add_command(Settings())
        await self.tree.set_translator(German())
        await self.tree.sync()


class Controls(discord.ui.View):
    """Under a clip: one button of each fate."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.count = 0

    @discord.ui.button(label="Count", emoji="🎲", style=discord.ButtonStyle.primary)
    async def count_up(self, interaction: Interaction, _: discord.ui.Button["Controls"]) -> None:
        self.count += 1
        await interaction.response.edit_message(content=f"counted to {self.count}", view=self)

    @discord.ui.button(label="Silent", style=discord.ButtonStyle.secondary)
    async def silent(self, interaction: Interaction, _: discord.ui.Button["Controls"]) -> None:
        """Never answer."""

    @discord.ui.button(label="Edit", style=discord.ButtonStyle.secondary)
    async def edit(self, interaction: Interaction, _: discord.ui.Button["Controls"]) -> None:
        await interaction.response.send_modal(EditForm())

    @discord.ui.select(
        placeholder="Pick a flavour",
        options=[discord.SelectOption(label=name.title(), value=name) for name in FLAVOURS],
    )
    async def pick(self, interaction: Interaction, select: discord.ui.Select["Controls"]) -> None:
        await interaction.response.send_message(f"picked {select.values[0]}")


class EditForm(discord.ui.Modal, title="Edit the clip"):
    """A long text, a short one and a choice."""

    prompt = discord.ui.Label["EditForm"](
        text="Prompt",
        component=discord.ui.TextInput(
            style=discord.TextStyle.paragraph, default="a red circle", max_length=40
        ),
    )
    seed = discord.ui.Label["EditForm"](
        text="Seed",
        description="Empty picks a new one",
        component=discord.ui.TextInput(required=False, placeholder="any whole number"),
    )
    flavour = discord.ui.Label["EditForm"](
        text="Flavour",
        component=discord.ui.Select(
            options=[discord.SelectOption(label=name.title(), value=name) for name in FLAVOURS]
        ),
    )

    async def on_submit(self, interaction: Interaction, /) -> None:
        text, seed = self.prompt.component, self.seed.component
        select = self.flavour.component
        assert isinstance(text, discord.ui.TextInput)
        assert isinstance(seed, discord.ui.TextInput)
        assert isinstance(select, discord.ui.Select)
        await interaction.response.send_message(
            f"edited: {text.value} / {seed.value} / {select.values[0]}"
        )


async def complete_flavour(
    _: discord.Interaction[SampleBot], current: str
) -> list[app_commands.Choice[str]]:
    fitting = [name for name in FLAVOURS if current.lower() in name]
    return [app_commands.Choice(name=name.title(), value=name) for name in fitting]


@app_commands.describe(prompt="What to show", size="How large", flavour="What it tastes of")
@app_commands.choices(
    size=[
        app_commands.Choice(name="Small (64)", value="64"),
        app_commands.Choice(name="Large (96)", value="96"),
    ]
)
@app_commands.autocomplete(flavour=complete_flavour)
async def clip(
    interaction: discord.Interaction[SampleBot],
    prompt: app_commands.Range[str, 1, 60],
    size: str | None = None,
    flavour: str | None = None,
    seed: app_commands.Range[int, 0, 99] | None = None,
    loud: bool | None = None,
) -> None:
    """Show a clip."""
    await interaction.response.defer(thinking=True)
    await interaction.edit_original_response(
        content=f"prompt={prompt} size={size} flavour={flavour} seed={seed} loud={loud}",
        attachments=[discord.File(interaction.client.clip, description=f"a clip of {prompt}")],
        view=Controls(),
    )


async def count_words(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"{len(message.content.split())} words")


class Settings(app_commands.Group):
    """Subcommands for those who manage the server."""

    def __init__(self) -> None:
        super().__init__(
            name="settings",
            description="Settings",
            default_permissions=discord.Permissions(manage_guild=True),
        )

    @app_commands.command()
    async def show(self, interaction: Interaction) -> None:
        """Show the settings."""
        await interaction.response.send_message("the settings are fine")

    @app_commands.command()
    async def set(self, interaction: Interaction, steps: int) -> None:
        """Change the settings."""
        await interaction.response.send_message(f"steps are {steps}")


async def whisper(interaction: discord.Interaction[SampleBot], text: str = "psst") -> None:
    """Answer only to who asks."""
    await interaction.response.send_message(f"whispered {text}", ephemeral=True)


async def note(interaction: discord.Interaction[SampleBot]) -> None:
    """Show an embed."""
    await interaction.response.send_message(embed=discord.Embed(title="a note"))


async def silent(_: discord.Interaction[SampleBot]) -> None:
    """Never answer."""


@asynccontextmanager
async def running_sample_bot(emulator: Emulator, folder: Path) -> AsyncGenerator[SampleBot]:
    """Run the bot until the block ends; it is ready when the block starts."""
    use_local_discord(emulator.url)
    clip_path = folder / "clip.mp4"
    write_mp4(_moving_circle(), clip_path, fps=8)
    async with SampleBot(clip_path) as bot:
        connection = asyncio.create_task(bot.start(emulator.token))
        await bot.wait_until_ready()
        yield bot
        await bot.close()
        await connection


def _moving_circle(
    frames: int = 16, size: int = 64
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    clip = np.full((frames, size, size, 3), 245, np.uint8)
    y, x = np.mgrid[:size, :size]
    for index, frame in enumerate(clip):
        frame[(x - 12 - 2 * index) ** 2 + (y - size // 2) ** 2 < 100] = (220, 40, 40)
    return clip
