"""The words of /settings: what each setting is called and shown as, and what changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.i18n import LANGUAGES, N_, _, decimal, ngettext
from bot.texts import quota
from bot.texts.common import quote, short_number
from bot.texts.permissions import listed

LABELS: Mapping[str, str] = {
    "model": N_("Model"),
    "preset": N_("Quality"),
    "steps": N_("Steps"),
    "seconds": N_("Length"),
    "size": N_("Size"),
    "max_steps": N_("Most steps"),
    "max_seconds": N_("Longest video"),
    "max_size": N_("Largest picture"),
    "waiting_per_user": N_("Waiting videos of one member"),
    "role_id": N_("Who makes videos"),
    "allowed_channels": N_("Channels"),
    "forbidden_channels": N_("Channels without videos"),
    "allowance": N_("Device time in 24 hours"),
    "role_allowances": N_("Device time by role"),
    "author_only": N_("Buttons that make more"),
    "previews": N_("Preview pictures"),
    "spoiler": N_("Cover every video"),
    "explain": N_("Explain each video"),
    "showcase_channel_id": N_("Showcase channel"),
    "log_channel_id": N_("Log channel"),
    "language": N_("Language of public messages"),
    "retention_days": N_("Videos are kept"),
    "blocked_words": N_("Blocked words"),
    "blocked_patterns": N_("Blocked patterns"),
}
"""What a setting is called, by its field in `bot.jobs.rules.GuildRules`."""

QUALITIES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "normal": N_("Normal"),
    "best": N_("Best"),
}
ORIGINS: Mapping[str, str] = {
    "channel": N_("set for this channel"),
    "server": N_("set for this server"),
    "operator": N_("set by who runs the bot"),
    "model": N_("the model's own"),
    "usual": N_("as usual"),
}
"""Where a value comes from."""

PANEL = N_(
    "What you choose holds for the whole server from the next video on. "
    "`/settings set` has more, also for single channels; `/settings show` says what holds."
)
LIMITS = N_("Limits…")
LIMITS_TITLE = N_("Limits; empty is no limit of yours")
SWITCHES: Mapping[str, str] = {
    "author_only": N_("Only who asked may make more from a video"),
    "previews": N_("Show how a video looks while it is made"),
    "spoiler": N_("Cover every video until somebody wants to see it"),
    "explain": N_("Explain how each video was made"),
}
NO_SWITCH = N_("Nothing is switched on")
FIELDS: Mapping[str, str] = {
    "max_steps": N_("Most denoising steps"),
    "max_seconds": N_("Longest video in seconds"),
    "max_size": N_("Most pixels, such as 512x512"),
    "waiting_per_user": N_("Waiting videos of one member"),
    "allowance": N_("Device minutes of a member in 24 hours"),
}
"""What the form asks for, by field; at most 45 characters."""
NOT_FOR_CHANNELS = N_(
    "One of these is for the whole server: `showcase`, `retention_days`. Leave `channel` out."
)
NO_SUCH_SETTING = N_("There is no such setting. Choose one from the list.")
NOTHING_CHANGED = N_("Nothing changed: it was so already.")
PREVIEWS_OFF = N_("Who runs the bot has switched preview pictures off for all servers.")
FROM_NOW_ON = N_("These hold for the next video; those that wait stay as they are.")
FILES_GO = N_("Files of videos that are older than that are removed within an hour.")
DEFAULT_ABOVE_MOST = N_(
    "What is usual would be more than what is allowed at most. Change both, or one of the two."
)


_UNDECIDED: Mapping[str, str] = {
    "role_id": N_("everybody"),
    "language": N_("the language of who asks"),
    "allowance": N_("no limit"),
    "allowed_channels": N_("all"),
    "forbidden_channels": N_("none"),
    "blocked_words": N_("none"),
    "blocked_patterns": N_("none"),
}
_LISTED = 20
"""Channels and roles that are named."""


def shown(name: str, value: object) -> str:
    """Return a setting's value in words, by its field; `None` and empty are not decided."""
    if value is None or value in ((), {}):
        return _(_UNDECIDED.get(name, N_("not set")))
    if name == "author_only":
        return _("only for who asked for the video") if value else _("for everybody")
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return _FORMATS.get(name, str)(value)


def choice(setting: str, value: str) -> str:
    """Return what a menu shows of a setting."""
    return _("{setting}: {value}").format(setting=setting, value=value)[:100]


def not_a_number(field: str, text: str) -> str:
    return _("“{field}” must be a number or empty; you wrote “{text}”.").format(
        field=_(FIELDS[field]), text=quote(text, 20)
    )


def days(number: float) -> str:
    return ngettext("{number} day", "{number} days", number).format(number=short_number(number))


def _length(seconds: float) -> str:
    return _("{seconds} s").format(seconds=short_number(seconds))


def _channels(ids: Sequence[int]) -> str:
    return " ".join(f"<#{channel}>" for channel in ids[:_LISTED])


def _by_role(allowances: Mapping[int, float]) -> str:
    pairs = list(allowances.items())[:_LISTED]
    return ", ".join(f"<@&{role}> {quota.time(most)}" for role, most in pairs)


def _hidden(rules: Sequence[str]) -> str:
    """List rules of the filter, covered until somebody wants to read them."""
    return f"||{quote(', '.join(rules), 200)}||"


_FORMATS: Mapping[str, Callable[[Any], str]] = {
    "model": "`{}`".format,
    "size": "`{}`".format,
    "max_size": "`{}`".format,
    "preset": lambda name: _(QUALITIES[name]),
    "seconds": _length,
    "max_seconds": _length,
    "allowance": quota.time,
    "role_allowances": _by_role,
    "role_id": "<@&{}>".format,
    "showcase_channel_id": "<#{}>".format,
    "log_channel_id": "<#{}>".format,
    "allowed_channels": _channels,
    "forbidden_channels": _channels,
    "retention_days": lambda number: days(number) if number else _("for ever"),
    "language": lambda name: LANGUAGES.get(str(name), str(name)),
    "blocked_words": _hidden,
    "blocked_patterns": _hidden,
}


def line(name: str, value: str, origin: str) -> str:
    """Return one line of the overview: the setting, its value, and where that comes from."""
    return _("{setting}: {value} · {origin}").format(
        setting=_(LABELS[name]), value=value, origin=_(ORIGINS[origin])
    )


def changed(name: str, before: object, after: object) -> str:
    return _("{setting}: {before} → **{after}**").format(
        setting=_(LABELS[name]), before=shown(name, before), after=shown(name, after)
    )


def title(server: str) -> str:
    return _("Video settings of {server}").format(server=quote(server, 100))


def model_lost(name: str) -> str:
    """Say that the model that an admin chose is there no more."""
    return _(
        "⚠️ The model “{name}”, which was set here, is not there any more: what is usual holds "
        "instead. `/settings set` chooses another."
    ).format(name=quote(name, 60))


def place(channel_id: int | None) -> str:
    """Say where settings hold."""
    if channel_id is None:
        return _("On the whole server:")
    return _("In {channel}:").format(channel=f"<#{channel_id}>")


# --- for members ----------------------------------------------------------------------------------


def not_in_this_channel(others: Sequence[int]) -> str:
    """Refuse a video in a channel, with those that take them, if they are named."""
    if not others:
        return _("On this server no videos are made in this channel. Ask in another one.")
    return _("On this server videos are made only in {channels}. Ask there.").format(
        channels=" ".join(f"<#{channel}>" for channel in others[:_LISTED])
    )


def fewer_steps(wanted: int, steps: int) -> str:
    return _("{steps} steps instead of {wanted}, the most that is allowed here.").format(
        steps=decimal(steps), wanted=decimal(wanted)
    )


def shorter(wanted: float, seconds: float) -> str:
    return _("{seconds} s instead of {wanted} s, the most that is allowed here.").format(
        seconds=decimal(seconds, 1), wanted=decimal(wanted, 1)
    )


def smaller(wanted: tuple[int, int], size: tuple[int, int]) -> str:
    return _("{size} instead of {wanted}, the most that is allowed here.").format(
        size=f"{size[0]}×{size[1]}", wanted=f"{wanted[0]}×{wanted[1]}"
    )


# --- for admins -----------------------------------------------------------------------------------


def above_operators(option: str, most: str) -> str:
    return _("`{option}` can be at most {most}, which who runs the bot has set.").format(
        option=option, most=most
    )


def showcase_lacks(permissions: Sequence[str]) -> str:
    return _("I may not post in that channel: I lack {permissions}.").format(
        permissions=listed(permissions)
    )
