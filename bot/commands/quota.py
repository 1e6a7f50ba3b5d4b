"""/quota: what a member has used of the device, what is left, and when there is more."""

import time

from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.ruling import account_for, most_waiting, rules_for
from bot.i18n import N_, _
from bot.jobs.allowance import WINDOW, Account, Allowance, used_seconds
from bot.texts import quota


def add_quota_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /quota."""

    @tree.command(name="quota", description=N_("How much you have used, and what is left"))
    async def show(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        client = interaction.client
        rules = await rules_for(interaction)
        account = await account_for(interaction, rules)
        user_id, guild_id = interaction.user.id, interaction.guild_id
        jobs = await client.dispatcher.unfinished_of(user_id)
        waiting = sum(client.dispatcher.is_waiting(job.id) for job in jobs)
        lines = _unlimited(await client.store.usage(user_id, guild_id, time.time()))
        if account is not None:
            lines = _limited(account, client.dispatcher.promised_seconds(user_id, guild_id))
        lines += [
            quota.waiting(waiting, most_waiting(interaction, rules)),
            f"-# {_(quota.WHAT_COUNTS)}",
        ]
        await interaction.response.send_message("\n".join(lines), ephemeral=True)


def _unlimited(used: list[tuple[float, float]]) -> list[str]:
    return [_(quota.NO_ALLOWANCE), quota.used_only(used_seconds(used))]


def _limited(account: Account, promised: float) -> list[str]:
    allowance = account.allowance
    lines = [
        quota.overview(used_seconds(account.used), allowance.seconds, account.left()),
        _origin(allowance),
    ]
    if account.used:
        at, seconds = account.used[0]
        lines.append(quota.frees(seconds, at + WINDOW))
    if promised:
        lines.append(quota.pending(promised))
    return lines


def _origin(allowance: Allowance) -> str:
    if allowance.personal:
        return _(quota.FROM_MODERATOR)
    if allowance.role_id is not None:
        return quota.from_role(allowance.role_id)
    return _(quota.FROM_SERVER)
