"""What moderators decided about a member of their server."""

import msgspec


class Sanction(msgspec.Struct, frozen=True, kw_only=True):
    """A ban, an allowance of the member's own, or both; the latest decision's reason and author."""

    guild_id: int
    user_id: int
    banned: bool = False
    gpu_seconds: float | None = None
    """Device time in 24 hours; `None` leaves it to the server's rules."""
    reason: str = ""
    by_user_id: int
    at: float
    """Unix time in seconds."""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing, and need not be kept."""
        return not self.banned and self.gpu_seconds is None
