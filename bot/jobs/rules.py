"""What an admin decides for a server."""

import msgspec


class GuildRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Defaults and access of one server; `None` leaves the choice to the model or the operator."""

    model: str | None = None
    steps: int | None = None
    seconds: float | None = None
    size: str | None = None
    """Such as "256x256"."""
    role_id: int | None = None
    """The role that may make videos; `None` lets everybody."""
    blocked_words: tuple[str, ...] = ()
    """What prompts may not have, as whole words, in the form of `bot.jobs.words.plain`."""
