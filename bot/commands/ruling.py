"""What holds for an interaction: the rules of its channel and server, and its member's account."""

import time

import discord

from bot.client import Interaction
from bot.delivery.places import missing_permissions_of
from bot.disk import has_room
from bot.errors import Refusal
from bot.jobs.allowance import Account, allowance_of
from bot.jobs.limits import Caps
from bot.jobs.rules import GuildRules, combined, without_lost_model
from bot.texts import moderation, refusals, settings


async def rules_for(interaction: Interaction) -> GuildRules:
    """Return the rules in force where somebody is: their channel's over their server's.

    A model that the operator has taken away since is left aside.
    """
    store, models = interaction.client.store, interaction.client.catalogue
    server = without_lost_model(await store.rules(interaction.guild_id), models)
    channel = await store.channel_rules(channel_of(interaction))
    return combined(server, without_lost_model(channel, models))


def channel_of(interaction: Interaction) -> int | None:
    """Return the channel whose rules hold: a thread has those of the channel it is in."""
    channel = interaction.channel
    return channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id


def _check_channel(interaction: Interaction, rules: GuildRules) -> None:
    """Raise `Refusal` where the server makes no videos, with the channels where it does."""
    channel_id = channel_of(interaction)
    if channel_id in rules.forbidden_channels:
        raise Refusal(settings.not_in_this_channel(rules.allowed_channels))
    if rules.allowed_channels and channel_id not in rules.allowed_channels:
        raise Refusal(settings.not_in_this_channel(rules.allowed_channels))


async def check_member(interaction: Interaction, rules: GuildRules) -> None:
    """Refuse who may not, and where the result could not be posted. Raises `Refusal`."""
    _check_channel(interaction, rules)
    member, client = interaction.user, interaction.client
    client.operator_switch.check()
    if rules.paused is not None:
        raise Refusal(moderation.paused(rules.paused))
    if rules.role_id is not None and isinstance(member, discord.Member):
        allowed = member.guild_permissions.manage_guild or any(
            role.id == rules.role_id for role in member.roles
        )
        if not allowed:
            raise Refusal(refusals.role_needed(rules.role_id))
    if missing := missing_permissions_of(interaction):
        raise Refusal(refusals.permissions_missing(missing))
    if not has_room(client.settings.clips_dir):
        raise Refusal(refusals.DISK_FULL)
    decision = await client.store.sanction(interaction.guild_id, member.id)
    if decision is not None and decision.banned:
        raise Refusal(moderation.banned(decision.reason))


async def caps_for(interaction: Interaction, rules: GuildRules) -> Caps:
    """Return how much may wait, and what the member may use."""
    return Caps(
        member=most_waiting(interaction, rules),
        guild=interaction.client.settings.max_waiting_per_guild,
        total=interaction.client.settings.max_waiting,
        account=await account_for(interaction, rules),
    )


def most_waiting(interaction: Interaction, rules: GuildRules) -> int:
    """Return how many jobs of one member may wait: the operator's number is the most."""
    most = interaction.client.settings.max_waiting_per_user
    return most if rules.waiting_per_user is None else min(most, rules.waiting_per_user)


async def account_for(interaction: Interaction, rules: GuildRules) -> Account | None:
    """Return a member's account on this server; None without a limit."""
    store, member = interaction.client.store, interaction.user
    sanction = await store.sanction(interaction.guild_id, member.id)
    personal = None if sanction is None else sanction.gpu_seconds
    role_ids = (
        {role.id for role in member.roles} if isinstance(member, discord.Member) else set[int]()
    )
    allowance = allowance_of(rules, role_ids, personal)
    if allowance is None:
        return None
    return Account(allowance, await store.usage(member.id, interaction.guild_id, time.time()))
