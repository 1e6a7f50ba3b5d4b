"""Allowances of device time: what is used and left, and why a video has to wait for tomorrow."""

from bot.i18n import N_, _, decimal, ngettext
from bot.texts.common import from_now

NOT_USED = N_("Your allowance was not used.")
NO_ALLOWANCE = N_("There is no limit to your device time here.")
WHAT_COUNTS = N_(
    "Counted is the time in which the device works on your videos, over the last 24 hours. Videos "
    "that fail or are cancelled cost nothing."
)
NOT_GIVEN = N_(
    "You have no device time on this server. Ask one of its moderators for an allowance."
)
FROM_MODERATOR = N_("A moderator gave you this allowance.")
FROM_SERVER = N_("Everybody on this server has this allowance.")


def time(seconds: float) -> str:
    """Return "40 s" or "3 min 20 s"; what is left of a second counts as one."""
    whole = max(0, -int(-seconds // 1))
    if whole < 120:
        return _("{seconds} s").format(seconds=whole)
    minutes, rest = divmod(whole, 60)
    if not rest:
        return _("{minutes} min").format(minutes=decimal(minutes))
    return _("{minutes} min {seconds} s").format(minutes=decimal(minutes), seconds=rest)


def never_enough(needed: float, allowance: float) -> str:
    return _(
        "This video takes about {needed} of device time, and your allowance on this server is "
        "{allowance} in 24 hours. Make it shorter, smaller or with fewer steps."
    ).format(needed=time(needed), allowance=time(allowance))


def promised(left: float, needed: float) -> str:
    """Refuse what does not fit beside the videos that a member has waiting."""
    if not needed:
        return _(
            "Your videos that wait or are being made take what is left of your allowance on this "
            "server. Cancel one of them, or ask again when they are done."
        )
    return _(
        "This video takes about {needed} of device time. Beside your videos that wait or are "
        "being made, {left} of your allowance on this server is left. Cancel one of them, or ask "
        "for less."
    ).format(needed=time(needed), left=time(left))


def used_up(left: float, needed: float, more_at: float | None) -> str:
    """Refuse what the last 24 hours left no time for, with the time when there is enough."""
    if not needed:
        text = _("Your allowance of device time on this server is used.")
    else:
        text = _(
            "You have {left} of device time left on this server, and this video takes about "
            "{needed}."
        ).format(left=time(left), needed=time(needed))
    if more_at is None:
        return text
    return text + " " + _("There is more {time}.").format(time=from_now(more_at))


def overview(used: float, allowance: float, left: float) -> str:
    return _("You used **{used}** of **{allowance}**; **{left}** is left.").format(
        used=time(used), allowance=time(allowance), left=time(left)
    )


def used_only(used: float) -> str:
    return _("You used **{used}**.").format(used=time(used))


def frees(seconds: float, at: float) -> str:
    return _("{seconds} of it is free again {time}.").format(
        seconds=time(seconds), time=from_now(at)
    )


def pending(seconds: float) -> str:
    return _("Your videos that wait or are being made will take about {time} more.").format(
        time=time(seconds)
    )


def from_role(role_id: int) -> str:
    return _("The role {role} gives you this allowance.").format(role=f"<@&{role_id}>")


def waiting(count: int, most: int) -> str:
    return ngettext(
        "{count} of your videos waits; {most} may wait at a time.",
        "{count} of your videos wait; {most} may wait at a time.",
        count,
    ).format(count=decimal(count), most=decimal(most))
