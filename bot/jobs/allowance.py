"""Allowances: seconds of device time that a member may use in any 24 hours."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.errors import Refusal
from bot.jobs.job import Job
from bot.jobs.rules import GuildRules
from bot.texts import quota

WINDOW = 24 * 3600.0
"""Seconds after which what was used is free again."""

_NOT_THEIRS = {"loading", "encoding"}
"""Who asks first pays for no model that is loaded for all, and writing the file needs no device."""

Use = tuple[float, float]
"""The Unix time at which a clip was posted, and its seconds of device time."""


@dataclass(frozen=True)
class Allowance:
    """How many seconds, and whether a role, or a moderator's decision, is why."""

    seconds: float
    role_id: int | None = None
    personal: bool = False


@dataclass(frozen=True)
class Account:
    """What a member may use on a server, and what was used within `WINDOW`, oldest first."""

    allowance: Allowance
    used: Sequence[Use]

    def left(self) -> float:
        """Return the seconds of device time that are left; never less than 0."""
        return max(0.0, self.allowance.seconds - used_seconds(self.used))

    def free_at(self, needed: float) -> float | None:
        """Return the Unix time from which so many seconds are left; None if they never are."""
        left = self.allowance.seconds - used_seconds(self.used)
        for at, seconds in self.used:
            left += seconds
            if left > 0 and left >= needed:
                return at + WINDOW
        return None

    def check(self, needed: float, promised: float) -> None:
        """Raise `Refusal` where a clip of about so many seconds is too much; 0 is not known yet.

        `promised` seconds are for the member's clips that wait or are being made.
        """
        if not self.allowance.seconds:
            raise Refusal(quota.NOT_GIVEN)
        left = self.left() - promised
        if left > 0 and needed <= left:
            return
        if needed > self.allowance.seconds:
            raise Refusal(quota.never_enough(needed, self.allowance.seconds))
        if promised and 0 < self.left() >= needed:
            raise Refusal(quota.promised(max(0.0, left), needed))
        raise Refusal(quota.used_up(self.left(), needed, self.free_at(needed)))


def allowance_of(
    rules: GuildRules, role_ids: Collection[int], personal: float | None
) -> Allowance | None:
    """Return a member's allowance; None without a limit.

    A moderator's decision counts before roles, the best of the roles before the server's.
    """
    if personal is not None:
        return Allowance(personal, personal=True)
    of_roles = {role: most for role, most in rules.role_allowances.items() if role in role_ids}
    if of_roles:
        best = max(of_roles, key=lambda role: of_roles[role])
        return Allowance(of_roles[best], role_id=best)
    return None if rules.allowance is None else Allowance(rules.allowance)


def device_seconds(job: Job) -> float:
    """Return what a job's clips are charged with: nothing for copies of earlier ones."""
    return sum(
        seconds
        for clip in job.clips
        for stage, seconds in clip.seconds.items()
        if stage not in _NOT_THEIRS
    )


def used_seconds(used: Sequence[Use]) -> float:
    return sum(seconds for _, seconds in used)
