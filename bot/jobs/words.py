"""The word filter: what a server does not want to see in prompts."""

import re
import unicodedata
from collections.abc import Iterable

from bot.errors import Refusal
from bot.texts import refusals

MAX_WORDS = 200
MAX_WORD_LENGTH = 50


def plain(text: str) -> str:
    """Return text as the filter compares it: without case, odd letter forms and extra spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


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
