"""The word filter: whole words, however they are written, and nothing that only contains them."""

import pytest

from bot.errors import Refusal
from bot.jobs.words import MAX_WORDS, blocked_word, with_word, without_word

WORDS = ("ass", "c++", "foo bar", "größe")


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("a meadow of grass", None),
        ("an assassin and a bass", None),
        ("an ass on a meadow", "ass"),
        ("ASS!", "ass"),
        ("\uff41\uff53\uff53 in wide letters", "ass"),
        ("made of c++, they say", "c++"),
        ("foo  bar", "foo bar"),
        ("foo, bar", None),
        ("von GRÖSSE", "größe"),
        ("", None),
    ],
)
def test_whole_words_are_found_and_others_pass(prompt: str, word: str | None) -> None:
    found = with_word((), word) if word else (None,)
    assert blocked_word(prompt, sum((with_word((), each) for each in WORDS), ())) == found[0]


def test_words_are_kept_once_and_in_order() -> None:
    words = with_word(with_word(with_word((), " Zebra "), "ape"), "ZEBRA")
    assert words == ("ape", "zebra")
    assert without_word(words, "Ape") == ("zebra",)


def test_what_cannot_be_done_is_refused_in_words() -> None:
    with pytest.raises(Refusal, match="no word"):
        with_word((), "  ")
    with pytest.raises(Refusal, match="is not in the word filter"):
        without_word(("ape",), "zebra")
    full = tuple(f"word{number}" for number in range(MAX_WORDS))
    with pytest.raises(Refusal, match="at most"):
        with_word(full, "one more")
    assert with_word(full, "word7") == tuple(sorted(full))
