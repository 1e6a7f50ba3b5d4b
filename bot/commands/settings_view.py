"""/settings show: what holds in a channel, and where each of it comes from."""

import discord
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.asking import resolve_model
from bot.commands.managing import Place, managed_guild
from bot.commands.ruling import channel_of, most_waiting
from bot.i18n import N_, _
from bot.jobs.rules import SERVER_WIDE, GuildRules, combined, given, without_lost_model
from bot.settings import Settings
from bot.texts import common, moderation, settings, status
from generator import ModelSpec

_LONGEST = 4096

Fallback = tuple[object, str]
"""What holds where no admin decided, and where that comes from: a key of `settings.ORIGINS`."""


def add_view_command(group: app_commands.Group) -> None:
    """Add it to /settings."""

    @group.command(name="show", description=N_("Show what holds here, and who decided it"))
    @app_commands.describe(channel=N_("A channel other than this one"))
    async def show(interaction: Interaction, channel: Place | None = None) -> None:  # pyright: ignore[reportUnusedFunction]
        guild = managed_guild(interaction)
        client = interaction.client
        channel_id = channel_of(interaction) if channel is None else channel.id
        server = await client.store.rules(guild.id)
        own = await client.store.channel_rules(channel_id)
        lines = [settings.place(channel_id), *await _lines(interaction, server, own)]
        overview = discord.Embed(
            title=settings.title(guild.name),
            description=common.cut("\n".join(lines), _LONGEST),
        )
        overview.add_field(name=_("Now"), value=_state(client, server))
        overview.set_footer(text=_("Change them with /settings set"))
        await interaction.response.send_message(embed=overview, ephemeral=True)


def _state(client: ZoetropeClient, server: GuildRules) -> str:
    state = status.state(client.dispatcher.waiting, client.dispatcher.note)
    return state if server.paused is None else f"{moderation.paused(server.paused)}\n{state}"


async def _lines(interaction: Interaction, server: GuildRules, own: GuildRules) -> list[str]:
    client = interaction.client
    chosen = combined(server, own).model
    server, own = (without_lost_model(rules, client.catalogue) for rules in (server, own))
    rules = combined(server, own)
    spec = await resolve_model(client, None, rules)
    fallbacks = _fallbacks(client.settings, spec, rules)
    lines: list[str] = []
    for name in settings.LABELS:
        value, origin = getattr(rules, name), "server"
        if name not in given(rules):
            value, origin = fallbacks.get(name, (None, "usual"))
        elif name not in SERVER_WIDE and name in given(own):
            origin = "channel"
        elif name == "waiting_per_user":
            value = most_waiting(interaction, rules)
        lines.append(settings.line(name, settings.shown(name, value), origin))
    if chosen is not None and chosen not in client.catalogue:
        lines.insert(0, settings.model_lost(chosen))
    return lines


def _fallbacks(limits: Settings, spec: ModelSpec, rules: GuildRules) -> dict[str, Fallback]:
    usual = spec.preset(rules.preset or "normal")
    return {
        "model": (spec.name, "operator" if limits.default_model else "usual"),
        "preset": ("normal", "usual"),
        "steps": (usual.num_inference_steps, "model"),
        "seconds": (usual.num_frames / usual.fps, "model"),
        "size": (f"{usual.width}x{usual.height}", "model"),
        "max_steps": (spec.max_steps, "model"),
        "max_seconds": (spec.frames.max / usual.fps, "model"),
        "waiting_per_user": (limits.max_waiting_per_user, "operator"),
        "author_only": (False, "usual"),
        "previews": (limits.previews, "operator"),
        "spoiler": (False, "usual"),
        "explain": (False, "usual"),
        "retention_days": (limits.retention_days, "operator"),
    }
