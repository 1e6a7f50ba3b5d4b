"""What a member chose for all their videos, with /mysettings."""

import msgspec


class MemberChoices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`None` leaves the choice to the server, the model or Discord."""

    language: str | None = None
    """A key of `bot.i18n.LANGUAGES`; None is that of the member's Discord client."""
