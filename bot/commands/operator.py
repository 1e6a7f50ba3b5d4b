"""/operator: whoever runs the bot holds the queue, empties it, or lets it go on."""

import logging
from collections.abc import Mapping

import discord
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.command_registration import BY_SERVERS
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.operator_switch import Mode
from bot.texts import moderation, status

_log = logging.getLogger(__name__)

_SENTENCES: Mapping[Mode, str] = {
    "paused": moderation.HELD,
    "draining": moderation.DRAINING,
    "open": moderation.GOES_ON,
}


def add_operator_commands(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register the /operator group."""
    group = app_commands.Group(
        name="operator",
        description=N_("For who runs the bot: hold or empty the queue of all servers"),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
        allowed_installs=BY_SERVERS,
        default_permissions=discord.Permissions(administrator=True),
    )

    @group.command(name="pause", description=N_("Accept videos, but make none until resumed"))
    async def pause(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        await _choose(interaction, "paused")

    @group.command(name="drain", description=N_("Refuse new videos and finish what waits"))
    async def drain(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        await _choose(interaction, "draining")

    @group.command(name="resume", description=N_("Accept and make videos again"))
    async def resume(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        await _choose(interaction, "open")

    @group.command(name="status", description=N_("Whether videos are made, and how many wait"))
    async def status_(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        _check_owner(interaction)
        await _say_state(interaction)

    tree.add_command(group)


async def _choose(interaction: Interaction, mode: Mode) -> None:
    _check_owner(interaction)
    switch = interaction.client.operator_switch
    _log.info("operator %s: %s -> %s", interaction.user.id, switch.mode, mode)
    await switch.choose(mode)
    await _say_state(interaction)


async def _say_state(interaction: Interaction) -> None:
    client = interaction.client
    lines = [_(_SENTENCES[client.operator_switch.mode])]
    lines.append(status.state(client.dispatcher.waiting, client.dispatcher.note))
    await interaction.response.send_message("\n".join(lines), ephemeral=True)


def _check_owner(interaction: Interaction) -> None:
    """Raise `Refusal` to all but the application's owner or its team."""
    application = interaction.client.application
    owners: set[int] = set()
    if application is not None:
        team = application.team.members if application.team else [application.owner]
        owners = {member.id for member in team}
    if interaction.user.id not in owners:
        raise Refusal(moderation.OPERATORS_ONLY)
