"""What admins decide for a server, and for single channels of it."""

from collections.abc import Container

import msgspec

from generator import PresetName

SERVER_WIDE = frozenset(
    {
        "showcase_channel_id",
        "retention_days",
        "allowance",
        "role_allowances",
        "blocked_words",
        "blocked_patterns",
        "allowed_channels",
        "forbidden_channels",
        "log_channel_id",
        "paused",
    }
)
"""Rules that no channel has of its own."""

_OF_MODEL = ("steps", "seconds", "size")


class GuildRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of a server or a channel; `None` leaves it to the server, the operator or the model."""

    model: str | None = None
    steps: int | None = None
    seconds: float | None = None
    size: str | None = None
    """Such as "256x256"."""
    preset: PresetName | None = None
    """The quality of those who choose none."""
    max_seconds: float | None = None
    """The longest clip; what asks for more is shortened, and its member told. So the next two."""
    max_steps: int | None = None
    max_size: str | None = None
    """The most pixels: as many as a picture of this size has, whatever its shape."""
    waiting_per_user: int | None = None
    """Jobs of one member that may wait."""
    role_id: int | None = None
    """The role that may make videos; `None` lets everybody."""
    author_only: bool | None = None
    """Whether only who asked may make more from a result."""
    previews: bool | None = None
    """Whether status messages show how a clip looks so far."""
    spoiler: bool | None = None
    """Whether every clip is covered until somebody wants to see it."""
    explain: bool | None = None
    """Whether results of those who do not say come with the explainer."""
    language: str | None = None
    """What public messages are written in; a key of `bot.i18n.LANGUAGES`."""
    showcase_channel_id: int | None = None
    """Where Share posts clips."""
    retention_days: float | None = None
    """Days that clips are kept, where that is less than the operator's."""
    allowance: float | None = None
    """Seconds of device time that a member may use in 24 hours; `None` is without a limit."""
    role_allowances: dict[int, float] = {}
    """The same by role id; of a member's roles the best counts, and counts over `allowance`."""
    blocked_words: tuple[str, ...] = ()
    """What prompts may not have, as whole words, in the form of `bot.jobs.words.plain`."""
    blocked_patterns: tuple[str, ...] = ()
    """Regular expressions that may match nothing of a prompt."""
    allowed_channels: tuple[int, ...] = ()
    """The only channels where videos are made; empty is all."""
    forbidden_channels: tuple[int, ...] = ()
    """Channels where none are made."""
    log_channel_id: int | None = None
    """Where moderators read of every job that has ended."""
    paused: str | None = None
    """Why no videos are made, or nothing to say; `None` lets them be made."""


def given(rules: GuildRules) -> dict[str, object]:
    """Return what somebody decided, by field."""
    usual = GuildRules()
    return {
        name: value
        for name in rules.__struct_fields__
        if (value := getattr(rules, name)) != getattr(usual, name)
    }


def combined(server: GuildRules, channel: GuildRules) -> GuildRules:
    """Lay a channel's rules over its server's.

    Steps, length and size belong to a model: another one for the channel leaves the server's aside.
    """
    if channel.model not in (None, server.model):
        server = msgspec.structs.replace(server, **dict.fromkeys(_OF_MODEL))
    return msgspec.structs.replace(server, **given(channel))


def without_lost_model(rules: GuildRules, models: Container[str]) -> GuildRules:
    """Return rules that leave aside a model, and what was meant for it, that is there no more."""
    return rules if rules.model is None or rules.model in models else with_model(rules, None)


def with_model(rules: GuildRules, model: str | None) -> GuildRules:
    """Return the rules with another model, which forgets what was meant for the one before."""
    if model == rules.model:
        return rules
    return msgspec.structs.replace(rules, model=model, **dict.fromkeys(_OF_MODEL))
