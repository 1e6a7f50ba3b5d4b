"""The word filter: what a server does not want to see in prompts, as words and as patterns."""

import logging
import re
import time
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex

from bot.errors import Refusal
from bot.jobs.rules import GuildRules
from bot.texts import refusals, word_filter

MAX_WORDS = 200
MAX_WORD_LENGTH = 50
MAX_PATTERNS = 50
MAX_PATTERN_LENGTH = 100

_PATIENCE = 0.05
"""Seconds for all patterns of a server on one text: nothing else runs meanwhile."""
_LEAST = 0.001
_ORDINARY = "a red circle on a blue field, 8 seconds"
_TRYING = ("a", "a ", "ab", "1", "-", "aA1 ")
"""What the texts repeat with which a new pattern is tried: slow ones are slow on some of these."""
_LONG = 1000

_log = logging.getLogger(__name__)


class Match(NamedTuple):
    """A rule of the filter, and the piece of the text it does not allow."""

    rule: str
    text: str


def plain(text: str) -> str:
    """Return text as the filter compares it: without case, odd letter forms and extra spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def check_words(text: str, rules: GuildRules) -> None:
    """Raise `Refusal` for a text that a server's filter does not allow, or cannot read in time."""
    if (found := blocked(text, rules)) is not None:
        raise Refusal(refusals.word_blocked(found.text))


def blocked(text: str, rules: GuildRules) -> Match | None:
    """Return the first rule that the text breaks. Raises `Refusal` where a pattern takes long."""
    word = blocked_word(text, rules.blocked_words)
    if word is not None:
        return Match(word, word)
    return _blocked_pattern(plain(text), rules.blocked_patterns)


def blocked_word(text: str, words: Iterable[str]) -> str | None:
    """Return the first of the words, or sequences of words, that the text has; as whole words only.

    So "grass" passes where "ass" is blocked.
    """
    compared = plain(text)
    for word in words:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", compared):
            return word
    return None


def with_word(words: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Return the filter's words and this one, in order. Raises `Refusal`."""
    word = plain(word)
    if not word:
        raise Refusal(refusals.WORD_EMPTY)
    if word not in words and len(words) >= MAX_WORDS:
        raise Refusal(refusals.too_many_words(MAX_WORDS))
    return tuple(sorted({*words, word}))


def without_word(words: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Return the filter's words but this one. Raises `Refusal` where it is not among them."""
    word = plain(word)
    if word not in words:
        raise Refusal(refusals.word_not_blocked(word))
    return tuple(each for each in words if each != word)


def with_pattern(patterns: tuple[str, ...], pattern: str) -> tuple[str, ...]:
    """Return the filter's patterns and this one, in order. Raises `Refusal` for one that is no use.

    That is one which cannot be read, which allows no prompt at all, or which some texts keep busy.
    """
    try:
        _compiled(pattern)
    except (regex.error, OverflowError, RecursionError):
        raise Refusal(word_filter.pattern_unreadable(pattern)) from None
    if pattern not in patterns and len(patterns) >= MAX_PATTERNS:
        raise Refusal(word_filter.too_many_patterns(MAX_PATTERNS))
    long_ones = ((piece * _LONG)[:_LONG] + "!" for piece in _TRYING)
    try:
        found = [_search(pattern, text, _PATIENCE) for text in ("", _ORDINARY)]
        until = time.monotonic() + _PATIENCE
        for text in long_ones:
            _search(pattern, text, max(_LEAST, until - time.monotonic()))
    except TimeoutError:
        raise Refusal(word_filter.pattern_slow(pattern)) from None
    if found != [None, None]:
        raise Refusal(word_filter.pattern_of_everything(pattern, _ORDINARY))
    return tuple(sorted({*patterns, pattern}))


def without_pattern(patterns: tuple[str, ...], pattern: str) -> tuple[str, ...]:
    """Return the filter's patterns but this one. Raises `Refusal` where it is not among them."""
    if pattern not in patterns:
        raise Refusal(refusals.word_not_blocked(pattern))
    return tuple(each for each in patterns if each != pattern)


def _blocked_pattern(text: str, patterns: Sequence[str]) -> Match | None:
    """What cannot be decided in time is refused: else a prompt could be made to pass."""
    until = time.monotonic() + _PATIENCE
    for pattern in patterns:
        try:
            found = _search(pattern, text, max(_LEAST, until - time.monotonic()))
        except TimeoutError:
            _log.warning("the word filter's pattern %r takes too long", pattern)
            raise Refusal(word_filter.SLOW) from None
        if found is not None:
            return Match(pattern, found)
    return None


def _search(pattern: str, text: str, patience: float) -> str | None:
    found = _compiled(pattern).search(text, timeout=patience)
    return None if found is None else found[0]


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.IGNORECASE | regex.VERSION1)
