"""Suggestions for prompts: what is shown with them, and why there is none."""

from bot.i18n import N_

SUGGESTED = N_("A better prompt may look like this. Nothing is made until you choose.")
FAILED = N_(
    "No better prompt could be suggested; it has been logged. Your own words work as they are."
)
TOO_SLOW = N_(
    "Suggesting a better prompt took too long. Your own words work as they are, "
    "or try it again later."
)
NOTHING_BETTER = N_("Nothing was found to add to your prompt.")
BLOCKED = N_(
    "A better prompt was found, but this server's word filter does not allow it. "
    "Your own words work as they are."
)
WITH_ALTERNATIVES = N_(
    "A prompt with alternatives in brackets stands for several, and only one can be made better "
    "at a time. Leave the brackets or `enhance` out."
)
