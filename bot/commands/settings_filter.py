"""/settings block|unblock|test: the word filter."""

import msgspec
from discord import app_commands

from bot.client import Interaction
from bot.commands.completion import best_matches
from bot.commands.managing import changing, managed_guild
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.limits import MAX_PROMPT_LENGTH
from bot.jobs.rules import GuildRules
from bot.jobs.words import (
    MAX_PATTERN_LENGTH,
    MAX_WORD_LENGTH,
    blocked,
    plain,
    with_pattern,
    with_word,
    without_pattern,
    without_word,
)
from bot.texts import word_filter


def add_filter_commands(group: app_commands.Group) -> None:
    """Add them to /settings."""
    options = app_commands.describe(
        word=N_("A word, or several that belong together"),
        pattern=N_("A regular expression"),
    )

    @group.command(name="block", description=N_("Refuse prompts that have this"))
    @options
    async def block(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        word: app_commands.Range[str, 1, MAX_WORD_LENGTH] | None = None,
        pattern: app_commands.Range[str, 1, MAX_PATTERN_LENGTH] | None = None,
    ) -> None:
        async with changing(interaction) as draft:
            _check_one(word, pattern)
            words, patterns = draft.rules.blocked_words, draft.rules.blocked_patterns
            draft.rules = msgspec.structs.replace(
                draft.rules,
                blocked_words=with_word(words, word) if word else words,
                blocked_patterns=with_pattern(patterns, pattern) if pattern else patterns,
            )

    @group.command(name="unblock", description=N_("Allow prompts to have this again"))
    @options
    async def unblock(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, word: str | None = None, pattern: str | None = None
    ) -> None:
        async with changing(interaction) as draft:
            _check_one(word, pattern)
            words, patterns = draft.rules.blocked_words, draft.rules.blocked_patterns
            draft.rules = msgspec.structs.replace(
                draft.rules,
                blocked_words=without_word(words, word) if word else words,
                blocked_patterns=without_pattern(patterns, pattern) if pattern else patterns,
            )

    unblock.autocomplete("word")(_complete_word)
    unblock.autocomplete("pattern")(_complete_pattern)

    @group.command(name="test", description=N_("Try the word filter on a text"))
    @app_commands.describe(text=N_("What a prompt might say; nothing is made of it"))
    async def test(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, text: app_commands.Range[str, 1, MAX_PROMPT_LENGTH]
    ) -> None:
        guild = managed_guild(interaction)
        rules = await interaction.client.store.rules(guild.id)
        await interaction.response.send_message(_verdict(text, rules), ephemeral=True)


def _verdict(text: str, rules: GuildRules) -> str:
    found = blocked(text, rules)
    if found is None:
        return _(word_filter.PASSES)
    if found.rule in rules.blocked_words:
        return word_filter.refused_by_word(found.rule)
    return word_filter.refused_by_pattern(found.rule, found.text)


def _check_one(word: str | None, pattern: str | None) -> None:
    if bool(word) == bool(pattern):
        raise Refusal(word_filter.WORD_OR_PATTERN)


async def _complete_word(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    rules = await _seen_rules(interaction)
    return best_matches(plain(current), ((word, word) for word in rules.blocked_words))


async def _complete_pattern(
    interaction: Interaction, current: str
) -> list[app_commands.Choice[str]]:
    rules = await _seen_rules(interaction)
    return best_matches(current, ((pattern, pattern) for pattern in rules.blocked_patterns))


async def _seen_rules(interaction: Interaction) -> GuildRules:
    """Return the rules to those who may see them."""
    if interaction.guild is None or not interaction.permissions.manage_guild:
        return GuildRules()
    return await interaction.client.store.rules(interaction.guild.id)
