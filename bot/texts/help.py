"""The words of /help."""

from collections.abc import Sequence

from bot.i18n import N_, _, decimal, ngettext
from bot.texts.common import short_number

TITLE = N_("What I do")
COMMANDS = N_("Commands")
MENUS = N_("With a right click on a message, or a long press, under Apps")
LIMITS = N_("Here")
NOW = N_("Now")
MANAGING = N_("For you, who manage this server")


def intro(video: str) -> str:
    return _(
        "I make short videos from a sentence: use {command} and write what you want to see. "
        "Members take turns, so nobody waits for another one's whole list. The buttons below a "
        "video make more of it, and say how it was made."
    ).format(command=video)


def command_line(mention: str, description: str) -> str:
    return f"{mention} · {description}"


def group_line(description: str, mentions: Sequence[str]) -> str:
    return f"**{description}**\n{' '.join(mentions)}"


def made_by(model: str, seconds: float, width: int, height: int) -> str:
    return _("**{model}** makes videos of up to {seconds} s, usually {size} pixels").format(
        model=model, seconds=short_number(seconds), size=f"{width}×{height}"
    )


def limits(*, waiting: int, days: float, role_id: int | None) -> str:
    """Say what holds where somebody is; 0 days are without an end."""
    lines = [
        ngettext(
            "{count} video of yours may wait at a time",
            "{count} videos of yours may wait at a time",
            waiting,
        ).format(count=decimal(waiting)),
    ]
    if days:
        kept = ngettext("Clips are kept for {count} day", "Clips are kept for {count} days", days)
        lines.append(kept.format(count=short_number(days)))
    if role_id is not None:
        lines.append(
            _("Only members with the role {role} make videos").format(role=f"<@&{role_id}>")
        )
    return "\n".join(lines)


def menus(names: Sequence[str]) -> str:
    return "\n".join(f"**{name}**" for name in names)
