"""What a message's menu offers: animate its picture, take its words, ask about its video."""

import re

import discord
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.asking import complete, offer_of
from bot.components.drafts import PANEL, new_draft, open_draft
from bot.components.edit_form import ANIMATING, WRITING
from bot.components.info import job_info
from bot.components.panels import panel_menu
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.limits import MAX_PROMPT_LENGTH
from bot.jobs.several import NAME
from bot.jobs.wish import Wish
from bot.pictures import Upload, with_picture
from bot.texts import refusals

_CHOOSE = N_("Which picture?")
_MOST_CHOICES = 25
_CLIP_FILE = re.compile(rf"(?:SPOILER_)?({NAME})-seed\d+\.mp4")
_BUTTON = re.compile(rf"v1:[a-z]+:({NAME})")


def add_context_menus(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register the commands of messages' menus."""

    @tree.context_menu(name=N_("Animate this image"))
    async def animate(interaction: Interaction, message: discord.Message) -> None:  # pyright: ignore[reportUnusedFunction]
        uploads = [Upload.of(attachment) for attachment in message.attachments]
        pictures = [upload for upload in uploads if upload.is_picture][:_MOST_CHOICES]
        if not pictures:
            raise Refusal(refusals.NO_PICTURE_THERE)
        wish = Wish(model=await _animator(interaction))
        if len(pictures) > 1:
            await _let_choose(interaction, wish, pictures)
        else:
            draft = new_draft(interaction, with_picture(wish, pictures[0]))
            await open_draft(interaction, draft, ANIMATING)

    @tree.context_menu(name=N_("Use as video prompt"))
    async def use_words(interaction: Interaction, message: discord.Message) -> None:  # pyright: ignore[reportUnusedFunction]
        words = " ".join(message.content.split())[:MAX_PROMPT_LENGTH]
        if not words:
            raise Refusal(refusals.NO_WORDS_THERE)
        await open_draft(interaction, new_draft(interaction, Wish(prompt=words)), WRITING)

    @tree.context_menu(name=N_("Video info"))
    async def info(interaction: Interaction, message: discord.Message) -> None:  # pyright: ignore[reportUnusedFunction]
        name = _name_of_clip(message) if message.author == interaction.client.user else None
        job = None if name is None else await interaction.client.store.job(name)
        if job is None:
            raise Refusal(refusals.NO_VIDEO_THERE)
        await job_info(interaction, job)


async def _animator(interaction: Interaction) -> str:
    """Return the usual model, or else the first here that begins with a picture."""
    usual, _rules, _wish = await complete(interaction, Wish())
    able = [spec.name for spec in (await offer_of(interaction.client)).with_option("image")]
    if not able:
        raise Refusal(refusals.NO_ANIMATOR)
    return usual.name if usual.name in able else able[0]


async def _let_choose(interaction: Interaction, wish: Wish, pictures: list[Upload]) -> None:
    draft = new_draft(interaction, wish, pictures=tuple(pictures))
    await interaction.client.store.save_draft(draft)
    options = [
        discord.SelectOption(label=f"{number}. {picture.filename}"[:100], value=str(number - 1))
        for number, picture in enumerate(pictures, 1)
    ]
    menu = panel_menu(PANEL, f"picture-{draft.id}", _(_CHOOSE), options)
    view = discord.ui.View(timeout=None).add_item(menu)
    await interaction.response.send_message(_(_CHOOSE), view=view, ephemeral=True)


def _name_of_clip(message: discord.Message) -> str | None:
    """Return which clip a message of ours is about, by its file or else its buttons."""
    for attachment in message.attachments:
        if (match := _CLIP_FILE.fullmatch(attachment.filename)) is not None:
            return match[1]
    for row in message.components:
        for button in row.children if isinstance(row, discord.ActionRow) else ():
            if (match := _BUTTON.fullmatch(getattr(button, "custom_id", None) or "")) is not None:
                return match[1]
    return None
