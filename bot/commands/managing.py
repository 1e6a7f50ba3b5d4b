"""How managers of a server change its rules: one at a time, stored, said, and in the log."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.client import Interaction
from bot.errors import Refusal
from bot.i18n import _
from bot.jobs.rules import GuildRules
from bot.texts import refusals, settings
from bot.texts.common import cut


class _PlaceTransformer(app_commands.Transformer):
    """The channels that Discord's official document knows; a union would add media channels."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        kinds = discord.ChannelType
        return [kinds.text, kinds.voice, kinds.news, kinds.stage_voice, kinds.forum]

    async def transform(
        self, interaction: discord.Interaction[Any], value: app_commands.AppCommandChannel, /
    ) -> app_commands.AppCommandChannel:
        return value


Place = app_commands.Transform[app_commands.AppCommandChannel, _PlaceTransformer]
"""What a channel with rules of its own can be; threads have those of theirs."""

_log = logging.getLogger(__name__)


@dataclass
class Draft:
    """Rules while they are changed: of a server, or of one of its channels."""

    rules: GuildRules
    server: GuildRules
    """The server's, which are below a channel's."""
    channel_id: int | None


def managed_guild(interaction: Interaction) -> discord.Guild:
    """Return the server. Discord's own check can be overridden there, so it is made again here."""
    if interaction.guild is None or not interaction.permissions.manage_guild:
        raise Refusal(refusals.MANAGERS_ONLY)
    return interaction.guild


@asynccontextmanager
async def changing(
    interaction: Interaction, channel: app_commands.AppCommandChannel | None = None
) -> AsyncGenerator[Draft]:
    """Let the block change the rules; then store them, answer with old and new, and log that.

    Raises `Refusal` to those who may not.
    """
    guild = managed_guild(interaction)
    store = interaction.client.store
    async with store.changing_rules:
        server = await store.rules(guild.id)
        before = server if channel is None else await store.channel_rules(channel.id)
        draft = Draft(before, server, None if channel is None else channel.id)
        yield draft
        changes = _changes(before, draft.rules)
        if changes and channel is None:
            await store.save_rules(guild.id, draft.rules)
        elif changes and channel is not None:
            await store.save_channel_rules(channel.id, draft.rules)
    for name, (old, new) in changes.items():
        _log.info(
            "member %d changed %s of server %d, channel %s: %r -> %r",
            *(interaction.user.id, name, guild.id, draft.channel_id, old, new),
        )
    text = _answer(draft.channel_id, changes) if changes else _(settings.NOTHING_CHANGED)
    await interaction.response.send_message(text, ephemeral=True)


def _changes(before: GuildRules, after: GuildRules) -> dict[str, tuple[object, object]]:
    pairs = {
        name: (getattr(before, name), getattr(after, name)) for name in before.__struct_fields__
    }
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def _answer(channel_id: int | None, changes: Mapping[str, tuple[object, object]]) -> str:
    lines = [settings.changed(name, old, new) for name, (old, new) in changes.items()]
    lines.append(f"-# {_(settings.FROM_NOW_ON)}")
    if changes.get("retention_days", (None, None))[1] is not None:
        lines.append(f"-# {_(settings.FILES_GO)}")
    return cut("\n".join([settings.place(channel_id), *lines]))
