"""/settings allowance and /settings channels: how much members may use, and where."""

import discord
import msgspec
from discord import app_commands

from bot.client import Interaction
from bot.commands.managing import Place, changing
from bot.i18n import N_

_A_DAY = 24 * 60.0


def add_access_commands(group: app_commands.Group) -> None:
    """Add them to /settings."""
    _add_allowance(group)
    channels = app_commands.Group(
        name="channels", description=N_("Where videos are made"), parent=group
    )
    _add_channels(channels)


def _add_allowance(group: app_commands.Group) -> None:
    @group.command(
        name="allowance", description=N_("How long the device works for a member in 24 hours")
    )
    @app_commands.describe(
        minutes=N_("Minutes in 24 hours, 1440 for all day; leave out for no allowance"),
        role=N_("For members with this role instead; the best of a member's roles counts"),
    )
    async def allowance(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        minutes: app_commands.Range[float, 0.0, _A_DAY] | None = None,
        role: discord.Role | None = None,
    ) -> None:
        seconds = None if minutes is None else minutes * 60
        async with changing(interaction) as draft:
            if role is None or role.is_default():
                draft.rules = msgspec.structs.replace(draft.rules, allowance=seconds)
            else:
                allowances = {**draft.rules.role_allowances, role.id: seconds}
                kept = {key: value for key, value in allowances.items() if value is not None}
                draft.rules = msgspec.structs.replace(draft.rules, role_allowances=kept)


def _add_channels(group: app_commands.Group) -> None:
    place = app_commands.describe(channel=N_("The channel, with its threads"))

    @group.command(
        name="allow", description=N_("Undo forbid, or add to the only channels with videos")
    )
    @place
    async def allow(interaction: Interaction, channel: Place) -> None:  # pyright: ignore[reportUnusedFunction]
        async with changing(interaction) as draft:
            allowed, forbidden = draft.rules.allowed_channels, draft.rules.forbidden_channels
            if channel.id in forbidden:
                forbidden = _without(forbidden, channel.id)
            else:
                allowed = (*_without(allowed, channel.id), channel.id)
            draft.rules = msgspec.structs.replace(
                draft.rules, allowed_channels=allowed, forbidden_channels=forbidden
            )

    @group.command(name="forbid", description=N_("Make no videos in a channel"))
    @place
    async def forbid(interaction: Interaction, channel: Place) -> None:  # pyright: ignore[reportUnusedFunction]
        async with changing(interaction) as draft:
            rules = draft.rules
            draft.rules = msgspec.structs.replace(
                rules,
                allowed_channels=_without(rules.allowed_channels, channel.id),
                forbidden_channels=(*_without(rules.forbidden_channels, channel.id), channel.id),
            )

    @group.command(name="everywhere", description=N_("Make videos in all channels again"))
    async def everywhere(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        async with changing(interaction) as draft:
            draft.rules = msgspec.structs.replace(
                draft.rules, allowed_channels=(), forbidden_channels=()
            )


def _without(ids: tuple[int, ...], channel_id: int) -> tuple[int, ...]:
    return tuple(other for other in ids if other != channel_id)
