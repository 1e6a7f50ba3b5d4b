"""/help: what the bot does where somebody is, and how."""

from typing import Any

import discord
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.asking import resolve_model
from bot.commands.ruling import most_waiting, rules_for
from bot.delivery.places import route_of
from bot.errors import Refusal
from bot.i18n import N_, _, name_of
from bot.jobs.rules import GuildRules
from bot.texts import help as words
from bot.texts import status

_Command = app_commands.Command[Any, ..., Any] | app_commands.Group


def add_help_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /help."""

    @tree.command(name="help", description=N_("What the bot can do here, and how"))
    async def show(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        await interaction.response.send_message(embed=await _help(interaction), ephemeral=True)


async def _help(interaction: Interaction) -> discord.Embed:
    client = interaction.client
    rules = await rules_for(interaction)
    members: list[str] = []
    managers: list[str] = []
    for command in client.tree.get_commands(type=discord.AppCommandType.chat_input):
        if _may_use(interaction, command):
            group = members if command.default_permissions is None else managers
            group.append(_line(client, command))
    intro = words.intro(_mention(client, "video"))
    commands = [f"### {_(words.COMMANDS)}", *members]
    if managers:
        commands += [f"### {_(words.MANAGING)}", *managers]
    embed = discord.Embed(title=_(words.TITLE), description="\n".join([intro, *commands]))
    embed.add_field(name=_(words.LIMITS), value=await _limits(interaction, rules), inline=False)
    now = status.state(client.dispatcher.waiting, client.dispatcher.note)
    embed.add_field(name=_(words.NOW), value=now, inline=False)
    menus = client.tree.get_commands(type=discord.AppCommandType.message)
    if menus:
        names = [name_of(menu.name) for menu in menus]
        embed.add_field(name=_(words.MENUS), value=words.menus(names), inline=False)
    return embed


def _may_use(interaction: Interaction, command: _Command) -> bool:
    """Tell whether a command is shown to somebody there, unless an admin has changed that."""
    if command.guild_only and interaction.guild is None:
        return False
    installs = command.allowed_installs
    if installs is not None and not installs.user and route_of(interaction) == "interaction":
        return False
    needed = command.default_permissions
    return needed is None or interaction.permissions >= needed


def _line(client: ZoetropeClient, command: _Command) -> str:
    if isinstance(command, app_commands.Group):
        mentions = [
            _mention(client, each.qualified_name)
            for each in command.walk_commands()
            if not isinstance(each, app_commands.Group)
        ]
        return words.group_line(_(command.description), mentions)
    return words.command_line(_mention(client, command.name), _(command.description))


def _mention(client: ZoetropeClient, name: str) -> str:
    """Return what Discord's clients show as a command to click on."""
    command_id = client.command_ids.get(name.split()[0])
    return f"`/{name}`" if command_id is None else f"</{name}:{command_id}>"


async def _limits(interaction: Interaction, rules: GuildRules) -> str:
    client = interaction.client
    most = client.settings.retention_days
    limits = words.limits(
        waiting=most_waiting(interaction, rules),
        days=min(filter(None, (most, rules.retention_days)), default=0.0),
        role_id=rules.role_id,
    )
    choices = await client.store.choices(interaction.user.id)
    try:
        spec = await resolve_model(client, None, rules, choices)
    except Refusal:  # the generator is still starting, or the model that was chosen is gone
        return limits
    longest = min(filter(None, (spec.frames.max / spec.defaults.fps, rules.max_seconds)))
    made_by = words.made_by(spec.title, longest, spec.defaults.width, spec.defaults.height)
    return f"{made_by}\n{limits}"
