"""The word filter: why a rule is not taken, and what the filter would do."""

from bot.i18n import N_, _
from bot.texts.common import quote

SLOW = N_(
    "This server's word filter could not read your words in time, so nothing was queued. Make them "
    "shorter, and tell a manager: one of the filter's patterns is too slow."
)
WORD_OR_PATTERN = N_("Give either a word or a pattern.")
PASSES = N_("The word filter lets this text pass.")


def pattern_unreadable(pattern: str) -> str:
    return _(
        "“{pattern}” is not a regular expression that I can read. "
        "Check its brackets and backslashes, or block a word instead."
    ).format(pattern=quote(pattern, 100))


def pattern_slow(pattern: str) -> str:
    return _(
        "“{pattern}” takes too long on some texts. Leave out repetitions inside of repetitions, "
        "such as (a+)+."
    ).format(pattern=quote(pattern, 100))


def pattern_of_everything(pattern: str, example: str) -> str:
    return _("“{pattern}” would refuse nearly everything, such as “{example}”.").format(
        pattern=quote(pattern, 100), example=example
    )


def too_many_patterns(limit: int) -> str:
    return _(
        "The word filter holds {limit} patterns at most. Unblock one that is not needed."
    ).format(limit=limit)


def refused_by_word(word: str) -> str:
    return _("The word filter refuses this text: it has the word “{word}”.").format(
        word=quote(word, 50)
    )


def refused_by_pattern(pattern: str, text: str) -> str:
    return _("The word filter refuses this text: the pattern “{pattern}” matches “{text}”.").format(
        pattern=quote(pattern, 100), text=quote(text, 50)
    )
