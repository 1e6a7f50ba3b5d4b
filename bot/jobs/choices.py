"""What a member chose for all their videos, with /mysettings."""

import msgspec

from generator import PresetName


class MemberChoices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is used where a member does not say otherwise.

    `None` leaves the choice to the server, the model or Discord. A name may be of something that
    is not there any more: whoever uses it looks it up.
    """

    language: str | None = None
    """A key of `bot.i18n.LANGUAGES`; None is that of the member's Discord client."""
    model: str | None = None
    quality: PresetName | None = None
    seconds: float | None = None
    aspect: str | None = None
    """Such as "16:9"."""
    style: str | None = None
    negative_prompt: str | None = None
    private: bool = False
    """Only the member sees what is answered to them."""
    spoiler: bool = False
    to_dm: bool = False
    """Clips come as direct messages, too."""
    explain: bool = False
