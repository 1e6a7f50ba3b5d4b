"""/moderation: what moderators decide about their server's members and videos."""

import logging
import time
from collections.abc import Mapping, Sequence

import discord
import msgspec
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.command_registration import BY_SERVERS, IN_SERVERS
from bot.components.panels import Panel, panel_menu
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.sanctions import Sanction
from bot.jobs.statistics import statistics_of
from bot.texts import common, moderation, refusals

_log = logging.getLogger(__name__)
_SHOWN = 25  # of a menu, and what fits into an embed
_MESSAGE = 2000  # characters of one
_EMBED = 4096  # characters of its text
_NOTE = 60  # for what says that some are left out
_DAY = 24 * 3600.0


def add_moderation_commands(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register the /moderation group."""
    group = app_commands.Group(
        name="moderation",
        description=N_("Decide about this server's videos and who makes them"),
        guild_only=True,
        allowed_contexts=IN_SERVERS,
        allowed_installs=BY_SERVERS,
        default_permissions=discord.Permissions(manage_messages=True),
    )
    _add_members(group)
    _add_server(group)
    tree.add_command(group)


def _add_members(group: app_commands.Group) -> None:
    """Register ban, unban, allowance and list."""

    @group.command(name="ban", description=N_("Let a member make no more videos here"))
    @app_commands.describe(member=N_("Who"), reason=N_("Why; the member is told"))
    async def ban(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        member: discord.User,
        reason: app_commands.Range[str, 1, 200] = "",
    ) -> None:
        guild = moderated_guild(interaction)
        cancelled = await ban_member(interaction, guild.id, member, reason)
        await _say(interaction, moderation.ban_set(member.id, cancelled))

    @group.command(name="unban", description=N_("Let a member make videos here again"))
    @app_commands.describe(member=N_("Who"))
    async def unban(interaction: Interaction, member: discord.User) -> None:  # pyright: ignore[reportUnusedFunction]
        guild = moderated_guild(interaction)
        decision = await interaction.client.store.sanction(guild.id, member.id)
        if decision is None or not decision.banned:
            raise Refusal(moderation.not_banned(member.id))
        await _decide(interaction, decision, banned=False, reason="")
        await _say(interaction, moderation.ban_lifted(member.id))

    @group.command(name="allowance", description=N_("Give a member device time of their own"))
    @app_commands.describe(
        member=N_("Who"), minutes=N_("Minutes in any 24 hours; leave out for what everybody has")
    )
    async def allowance(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        member: discord.User,
        minutes: app_commands.Range[float, 0.0, 1440.0] | None = None,
    ) -> None:
        guild = moderated_guild(interaction)
        decision = await _sanction(interaction, guild.id, member.id)
        seconds = None if minutes is None else 60 * minutes
        await _decide(interaction, decision, gpu_seconds=seconds)
        if minutes is None:
            await _say(interaction, moderation.allowance_lifted(member.id))
        else:
            await _say(interaction, moderation.allowance_set(member.id, minutes))

    @group.command(name="list", description=N_("Who is banned or has an allowance of their own"))
    async def list_(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        guild = moderated_guild(interaction)
        decisions = await interaction.client.store.sanctions(guild.id)
        lines = _listed([moderation.sanction(decision) for decision in decisions])
        await _say(interaction, "\n".join(lines) or _(moderation.NO_SANCTIONS))


def _add_server(group: app_commands.Group) -> None:
    """Register queue, pause, resume, log and stats."""

    @group.command(name="queue", description=N_("What waits or is being made for this server"))
    async def queue(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        guild = moderated_guild(interaction)
        jobs = await interaction.client.store.unfinished_of_guild(guild.id)
        if not jobs:
            await _say(interaction, _(moderation.NOTHING_WAITS))
            return
        view = discord.ui.View(timeout=None)
        options = [
            discord.SelectOption(
                label=f"#{job.id} · {moderation.state_of(job)}"[:100],
                value=job.id,
                description="…" if job.private else job.prompt[:100],
            )
            for job in jobs[:_SHOWN]
        ]
        placeholder = _("Cancel a video")
        view.add_item(panel_menu("modqueue", "", placeholder, options))
        lines = _listed([moderation.queue_line(job) for job in jobs], _EMBED)
        embed = discord.Embed(description="\n".join(lines))
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    @group.command(name="pause", description=N_("Refuse new videos on this server"))
    @app_commands.describe(reason=N_("Why; members are told"))
    async def pause(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, reason: app_commands.Range[str, 1, 200] = ""
    ) -> None:
        await _pause(interaction, reason)
        await _say(interaction, moderation.pause_set(reason))

    @group.command(name="resume", description=N_("Take new videos on this server again"))
    async def resume(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        was_paused = await _pause(interaction, None)
        await _say(interaction, _(moderation.RESUMED if was_paused else moderation.WAS_NOT_PAUSED))

    @group.command(name="log", description=N_("Note every video of this server in a channel"))
    @app_commands.describe(channel=N_("Where; leave out to note them nowhere"))
    async def log(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await _choose_log(interaction, channel)

    @group.command(name="stats", description=N_("What became of this server's videos"))
    @app_commands.describe(days=N_("Of how many days, counted back from now"))
    async def stats(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, days: app_commands.Range[int, 1, 365] = 7
    ) -> None:
        guild = moderated_guild(interaction)
        jobs = await interaction.client.store.jobs_of_guild(guild.id, time.time() - days * _DAY)
        await _say(interaction, moderation.statistics(statistics_of(jobs), days))


def _listed(lines: Sequence[str], most: int = _MESSAGE) -> list[str]:
    """Return as many lines as fit, and how many are left out."""
    shown: list[str] = []
    room = most - _NOTE
    for line in lines[:_SHOWN]:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    left = len(lines) - len(shown)
    return [*shown, moderation.unlisted(left)] if left else shown


async def _choose_log(interaction: Interaction, channel: discord.TextChannel | None) -> None:
    guild = moderated_guild(interaction)
    if channel is not None:
        granted = channel.permissions_for(guild.me)
        if not (granted.view_channel and granted.send_messages and granted.embed_links):
            raise Refusal(moderation.NO_LOG_PERMISSION)
    store = interaction.client.store
    log_channel_id = None if channel is None else channel.id
    async with store.changing_rules:
        rules = await store.rules(guild.id)
        changed = msgspec.structs.replace(rules, log_channel_id=log_channel_id)
        await store.save_rules(guild.id, changed)
    _audit(interaction, "log channel %s -> %s", rules.log_channel_id, log_channel_id)
    text = _(moderation.LOG_OFF) if channel is None else moderation.log_set(channel.id)
    await _say(interaction, text)


async def _pause(interaction: Interaction, reason: str | None) -> bool:
    """Pause a server, or with None let it go on; tell whether it was paused before."""
    guild = moderated_guild(interaction)
    store = interaction.client.store
    async with store.changing_rules:
        rules = await store.rules(guild.id)
        await store.save_rules(guild.id, msgspec.structs.replace(rules, paused=reason))
    _audit(interaction, "paused %s -> %s", rules.paused is not None, reason is not None)
    return rules.paused is not None


async def ban_member(
    interaction: Interaction, guild_id: int, member: discord.abc.Snowflake, reason: str
) -> int:
    """Ban a member and cancel what they have waiting; return how many that were.

    Raises `Refusal` for oneself and for bots.
    """
    if member.id == interaction.user.id:
        raise Refusal(moderation.NOT_YOURSELF)
    if isinstance(member, discord.User | discord.Member) and member.bot:
        raise Refusal(moderation.NOT_A_BOT)
    client = interaction.client
    decision = await _sanction(interaction, guild_id, member.id)
    await _decide(interaction, decision, banned=True, reason=reason)
    cancelled = 0
    for job in await client.store.unfinished_of_guild(guild_id):
        if job.user_id == member.id:
            try:
                await client.dispatcher.cancel(job.id, interaction.user.id)
            except Refusal as late:  # it has just ended
                _log.info("job %s is not cancelled: %s", job.id, late)
            else:
                cancelled += 1
    return cancelled


async def _cancel_chosen(interaction: Interaction, argument: str, values: Sequence[str]) -> None:
    guild = moderated_guild(interaction)
    job = await interaction.client.store.job(values[0])
    if job is None or job.guild_id != guild.id:
        raise Refusal(refusals.NO_SUCH_JOB)
    await interaction.response.defer()
    await interaction.client.dispatcher.cancel(job.id, interaction.user.id)
    _audit(interaction, "cancelled job %s", job.id)
    text = _("#{id} is cancelled.").format(id=job.id)
    await interaction.edit_original_response(content=text, embed=None, view=None)


async def _sanction(interaction: Interaction, guild_id: int, user_id: int) -> Sanction:
    found = await interaction.client.store.sanction(guild_id, user_id)
    return found or Sanction(
        guild_id=guild_id, user_id=user_id, by_user_id=interaction.user.id, at=time.time()
    )


async def _decide(interaction: Interaction, decision: Sanction, **changes: object) -> None:
    changed = msgspec.structs.replace(
        decision, by_user_id=interaction.user.id, at=time.time(), **changes
    )
    await interaction.client.store.save_sanction(changed)
    _audit(interaction, "%s -> %s", decision, changed)


def moderated_guild(interaction: Interaction) -> discord.Guild:
    """Return the server. Discord's own check can be overridden there, so it is made again here."""
    if interaction.guild is None or not interaction.permissions.manage_messages:
        raise Refusal(moderation.MODERATORS_ONLY)
    return interaction.guild


def _audit(interaction: Interaction, what: str, *values: object) -> None:
    place, who = interaction.guild_id, interaction.user.id
    _log.info(f"moderation of server %s by %s: {what}", place, who, *values)


async def _say(interaction: Interaction, text: str) -> None:
    await interaction.response.send_message(common.cut(text), ephemeral=True)


MODERATION_PANELS: Mapping[str, Panel] = {"modqueue": _cancel_chosen}
