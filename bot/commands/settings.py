"""/settings: how videos are made on a server and in its channels, for those with Manage Server."""

from collections.abc import Mapping
from typing import Any

import discord
import msgspec
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.command_registration import BY_SERVERS, IN_SERVERS
from bot.commands.completion import best_matches, complete_model
from bot.commands.managing import Place, changing
from bot.commands.settings_access import add_access_commands
from bot.commands.settings_checks import lay_over
from bot.commands.settings_filter import add_filter_commands
from bot.commands.settings_panel import add_panel_command
from bot.commands.settings_view import add_view_command
from bot.delivery.places import missing_permissions
from bot.errors import Refusal
from bot.i18n import LANGUAGES, N_, _
from bot.jobs.ceilings import read_size
from bot.jobs.rules import GuildRules
from bot.texts import settings

_KEPT_BY_RESET = {"blocked_words", "blocked_patterns", "log_channel_id"}
"""What protects members, and what moderators chose, is taken away one by one only."""


def add_settings_commands(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register the /settings group."""
    group = app_commands.Group(
        name="settings",
        description=N_("How videos are made on this server"),
        guild_only=True,
        allowed_contexts=IN_SERVERS,
        allowed_installs=BY_SERVERS,
        default_permissions=discord.Permissions(manage_guild=True),
    )
    add_view_command(group)
    add_panel_command(group)
    _add_set(group)
    _add_reset(group)
    add_access_commands(group)
    add_filter_commands(group)
    tree.add_command(group)


def _add_set(group: app_commands.Group) -> None:
    @group.command(name="set", description=N_("Change how videos are made, here or in a channel"))
    @app_commands.describe(
        channel=N_("Only for this channel; else for the whole server"),
        model=N_("Model for those who do not choose one"),
        preset=N_("Quality for those who do not choose one"),
        steps=N_("Usual denoising steps"),
        seconds=N_("Usual length of a video in seconds"),
        size=N_("Usual width x height in pixels, such as 256x256"),
        max_steps=N_("Most denoising steps"),
        max_seconds=N_("Longest video in seconds"),
        max_size=N_("Most pixels, as width x height"),
        waiting_per_user=N_("How many videos of one member may wait"),
        role_id=N_("Who may make videos; choose @everyone for everybody"),
        author_only=N_("Who may make more from a finished video"),
        previews=N_("Show how a video looks while it is made"),
        spoiler=N_("Cover every video until somebody wants to see it"),
        explain=N_("Explain how each video was made"),
        showcase_channel_id=N_("Where the Share button posts videos"),
        language=N_("Language of public messages"),
        retention_days=N_("Days that videos are kept"),
    )
    @app_commands.rename(
        preset="quality",
        waiting_per_user="waiting",
        role_id="role",
        author_only="buttons",
        showcase_channel_id="showcase",
    )
    @app_commands.choices(
        preset=_choices(settings.QUALITIES),
        author_only=_choices({"author": N_("Only who asked for it"), "all": N_("Everybody")}),
        language=[app_commands.Choice(name=name, value=key) for key, name in LANGUAGES.items()],
    )
    async def set_(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        channel: Place | None = None,
        model: str | None = None,
        preset: str | None = None,
        steps: app_commands.Range[int, 1, 200] | None = None,
        seconds: app_commands.Range[float, 0.1, 60.0] | None = None,
        size: app_commands.Range[str, 3, 12] | None = None,
        max_steps: app_commands.Range[int, 1, 200] | None = None,
        max_seconds: app_commands.Range[float, 0.1, 60.0] | None = None,
        max_size: app_commands.Range[str, 3, 12] | None = None,
        waiting_per_user: app_commands.Range[int, 1, 100] | None = None,
        role_id: discord.Role | None = None,
        author_only: str | None = None,
        previews: bool | None = None,
        spoiler: bool | None = None,
        explain: bool | None = None,
        showcase_channel_id: discord.TextChannel | None = None,
        language: str | None = None,
        retention_days: app_commands.Range[float, 0.1, 3650.0] | None = None,
    ) -> None:
        wanted = {
            "model": model,
            "preset": preset,
            "steps": steps,
            "seconds": seconds,
            "size": size,
            "max_steps": max_steps,
            "max_seconds": max_seconds,
            "max_size": max_size and "{}x{}".format(*read_size(max_size)),
            "waiting_per_user": waiting_per_user,
            "role_id": role_id and role_id.id,
            "author_only": author_only and author_only == "author",
            "previews": previews,
            "spoiler": spoiler,
            "explain": explain,
            "showcase_channel_id": showcase_channel_id and showcase_channel_id.id,
            "language": language,
            "retention_days": retention_days,
        }
        changes: dict[str, Any] = {
            name: value for name, value in wanted.items() if value is not None
        }
        if channel is None and role_id is not None and role_id.is_default():
            changes["role_id"] = None
        if showcase_channel_id is not None:
            _check_showcase(showcase_channel_id)
        async with changing(interaction, channel) as draft:
            await lay_over(interaction.client, draft, changes)

    set_.autocomplete("model")(complete_model)


def _add_reset(group: app_commands.Group) -> None:
    @group.command(name="reset", description=N_("Forget what was set, here or in a channel"))
    @app_commands.describe(
        setting=N_("Which one; else all but the word filter"),
        channel=N_("What was set for this channel; else for the server"),
    )
    async def reset(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, setting: str | None = None, channel: Place | None = None
    ) -> None:
        async with changing(interaction, channel) as draft:
            if setting is not None and setting not in settings.LABELS:
                raise Refusal(settings.NO_SUCH_SETTING)
            names = (
                [setting] if setting else [n for n in settings.LABELS if n not in _KEPT_BY_RESET]
            )
            usual = GuildRules()
            forgotten = {name: getattr(usual, name) for name in names}
            draft.rules = msgspec.structs.replace(draft.rules, **forgotten)

    reset.autocomplete("setting")(_complete_setting)


def _choices(named: Mapping[str, str]) -> list[app_commands.Choice[str]]:
    return [
        app_commands.Choice(name=app_commands.locale_str(name), value=value)
        for value, name in named.items()
    ]


async def _complete_setting(
    interaction: Interaction, current: str
) -> list[app_commands.Choice[str]]:
    return best_matches(current, ((_(label), name) for name, label in settings.LABELS.items()))


def _check_showcase(channel: discord.TextChannel) -> None:
    granted = channel.permissions_for(channel.guild.me)
    if missing := missing_permissions(granted, channel):
        raise Refusal(settings.showcase_lacks(missing))
