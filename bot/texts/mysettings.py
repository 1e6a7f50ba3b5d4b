"""The words of /mysettings."""

from collections.abc import Mapping

from bot.i18n import N_, _
from bot.texts.common import in_code, quote, short_number

TITLE = N_("Your own settings")
WHAT_FOR = N_(
    "They hold for all videos you ask for, wherever you do not say otherwise. "
    "What the model or the server cannot do is left aside."
)
FIELDS: Mapping[str, str] = {
    "model": N_("Model"),
    "quality": N_("Quality"),
    "aspect": N_("Shape"),
    "style": N_("Style"),
    "language": N_("Language"),
    "seconds": N_("Length"),
    "negative_prompt": N_("Negative prompt"),
}
"""What a choice is called, by its field in `bot.jobs.choices.MemberChoices`."""

SWITCHES: Mapping[str, str] = {
    "private": N_("Only I see my videos"),
    "spoiler": N_("Cover my videos as spoilers"),
    "to_dm": N_("Send my videos as direct messages, too"),
    "explain": N_("Add how a video was made"),
}
NO_SWITCH = N_("Switch on what you want for all your videos")
AS_USUAL = N_("as usual")
FORM_BUTTON = N_("Length and negative prompt")
FORM_TITLE = N_("For all your videos")
SECONDS = N_("Length in seconds")
SECONDS_HINT = N_("Empty leaves it to the model and the server")
NEGATIVE = N_("Negative prompt")
NEGATIVE_HINT = N_("What no video of yours should show; empty is nothing")
RESET = N_("Reset everything")
MORE_MODELS = N_("There are more models than this list holds: `/mysettings model:` finds them all.")
MORE_STYLES = N_("There are more styles than this list holds: `/mysettings style:` finds them all.")
RESET_DONE = N_("Everything is as usual again.")
SAVED = N_("Saved.")


def choice(field: str, value: str | None) -> str:
    """Name a choice with its value, for menus that have no label."""
    return _("{setting}: {value}").format(
        setting=_(FIELDS[field]), value=_(AS_USUAL) if value is None else value
    )


def seconds(value: float | None) -> str:
    number = None if value is None else _("{seconds} s").format(seconds=short_number(value))
    return choice("seconds", number)


def negative_prompt(text: str | None) -> str:
    return choice("negative_prompt", quote(text, 200) if text else None)


def gone(name: str) -> str:
    """Say that what was chosen is not there any more."""
    return _("{name} (not here any more)").format(name=quote(name, 60))


def not_a_number(text: str) -> str:
    return _(
        "The length must be a number of seconds, such as `2.5`, or empty; you wrote `{text}`."
    ).format(text=in_code(text, 40))
