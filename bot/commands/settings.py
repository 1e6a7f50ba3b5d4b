"""/settings show|set|block|unblock: a server's own rules, for members with Manage Server."""

from collections.abc import Callable, Mapping

import discord
import msgspec
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.video import check_device, complete_model, resolve_model
from bot.errors import Refusal
from bot.jobs.limits import check_seconds, check_size, check_steps
from bot.jobs.rules import GuildRules
from bot.jobs.words import MAX_WORD_LENGTH, plain, with_word, without_word
from bot.texts import common, refusals, settings, status
from generator import ModelSpec


def add_settings_commands(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register the /settings group."""
    group = app_commands.Group(
        name="settings",
        description="How videos are made on this server",
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True),
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @group.command(name="show", description="Show this server's settings")
    async def show(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        guild = _managed_guild(interaction)
        rules = await interaction.client.store.rules(guild.id)
        await _answer(interaction, guild, rules)

    @group.command(name="set", description="Change this server's settings")
    @app_commands.describe(
        model="Model for those who do not choose one",
        steps="Denoising steps",
        seconds="Length of a video in seconds",
        size="Width x height in pixels, such as 256x256",
        role="Who may make videos; choose @everyone for everybody",
        reset="First forget all of these that were made so far; the word filter stays",
    )
    async def set_(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        model: str | None = None,
        steps: app_commands.Range[int, 1, 200] | None = None,
        seconds: app_commands.Range[float, 0.1, 60.0] | None = None,
        size: app_commands.Range[str, 3, 12] | None = None,
        role: discord.Role | None = None,
        reset: bool = False,
    ) -> None:
        guild = _managed_guild(interaction)
        client = interaction.client
        rules = await client.store.rules(guild.id)
        if reset:
            rules = GuildRules(blocked_words=rules.blocked_words)
        changed = {"model": model, "steps": steps, "seconds": seconds, "size": size}
        given = {name: value for name, value in changed.items() if value is not None}
        if not given and role is None and not reset:
            raise Refusal(refusals.NOTHING_TO_SET)
        rules = await _merged(client, rules, given)
        if role is not None:
            role_id = None if role.is_default() else role.id
            rules = msgspec.structs.replace(rules, role_id=role_id)
        await client.store.save_rules(guild.id, rules)
        await _answer(interaction, guild, rules)

    set_.autocomplete("model")(complete_model)
    _add_word_filter(group)
    tree.add_command(group)


def _add_word_filter(group: app_commands.Group) -> None:
    """Register /settings block|unblock."""
    word_option = app_commands.describe(word="A word, or several that belong together")

    @group.command(name="block", description="Refuse prompts that have this word")
    @word_option
    async def block(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, word: app_commands.Range[str, 1, MAX_WORD_LENGTH]
    ) -> None:
        await _save_words(interaction, lambda words: with_word(words, word))

    @group.command(name="unblock", description="Allow prompts to have this word again")
    @word_option
    async def unblock(interaction: Interaction, word: str) -> None:  # pyright: ignore[reportUnusedFunction]
        await _save_words(interaction, lambda words: without_word(words, word))

    unblock.autocomplete("word")(_complete_word)


async def _save_words(
    interaction: Interaction, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> None:
    guild = _managed_guild(interaction)
    store = interaction.client.store
    rules = await store.rules(guild.id)
    rules = msgspec.structs.replace(rules, blocked_words=change(rules.blocked_words))
    await store.save_rules(guild.id, rules)
    await _answer(interaction, guild, rules)


async def _complete_word(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer the blocked words to those who may see them."""
    if interaction.guild is None or not interaction.permissions.manage_guild:
        return []
    rules = await interaction.client.store.rules(interaction.guild.id)
    typed = plain(current)
    found = [word for word in rules.blocked_words if typed in word]
    return [app_commands.Choice(name=word, value=word) for word in found[:25]]


async def _merged(
    client: ZoetropeClient, rules: GuildRules, given: Mapping[str, object]
) -> GuildRules:
    """Lay what was given over the old rules and check the whole against the model.

    Steps, length and size belong to a model, so a new model forgets the old one's.
    """
    if "model" in given and given["model"] != rules.model:
        rules = msgspec.structs.replace(rules, steps=None, seconds=None, size=None)
    rules = msgspec.structs.replace(rules, **given)
    spec = await resolve_model(client, None, rules)
    await check_device(client, spec)
    if rules.steps is not None:
        check_steps(rules.steps, spec)
    if rules.seconds is not None:
        check_seconds(rules.seconds, spec)
    if rules.size is not None:
        check_size(rules.size, spec)
    tied = rules.steps is not None or rules.seconds is not None or rules.size is not None
    return msgspec.structs.replace(rules, model=spec.name) if tied else rules


def _managed_guild(interaction: Interaction) -> discord.Guild:
    """Return the server. Discord's own check can be overridden there, so it is made again here."""
    if interaction.guild is None or not interaction.permissions.manage_guild:
        raise Refusal(refusals.MANAGERS_ONLY)
    return interaction.guild


async def _answer(interaction: Interaction, guild: discord.Guild, rules: GuildRules) -> None:
    spec = await resolve_model(interaction.client, None, rules)
    overview = _overview(guild.name, rules, spec)
    dispatcher = interaction.client.dispatcher
    overview.add_field(name="Now", value=status.state(dispatcher.waiting, dispatcher.note))
    await interaction.response.send_message(embed=overview, ephemeral=True)


def _overview(guild_name: str, rules: GuildRules, spec: ModelSpec) -> discord.Embed:
    embed = discord.Embed(title=f"Video settings of {common.quote(guild_name, 100)}")
    defaults = spec.defaults
    seconds = rules.seconds or defaults.num_frames / defaults.fps
    rows = {
        "Model": (f"{spec.title} (`{spec.name}`)", rules.model),
        "Steps": (str(rules.steps or defaults.num_inference_steps), rules.steps),
        "Length": (f"{seconds:.1f} s", rules.seconds),
        "Size": (rules.size or f"{defaults.width}x{defaults.height}", rules.size),
        "Who": ("everybody" if rules.role_id is None else f"<@&{rules.role_id}>", rules.role_id),
    }
    for name, (value, chosen) in rows.items():
        origin = "-# default" if chosen is None else "-# set here"
        embed.add_field(name=name, value=f"{value}\n{origin}", inline=True)
    words = settings.blocked_words(rules.blocked_words)
    embed.add_field(name="Word filter", value=words, inline=True)
    embed.set_footer(text="Change them with /settings set")
    return embed
