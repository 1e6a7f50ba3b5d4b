"""The word filter: whole words, however they are written, and nothing that only contains them."""

import pytest

from bot.errors import Refusal
from bot.jobs.rules import GuildRules
from bot.jobs.words import (
    MAX_PATTERNS,
    MAX_WORDS,
    Match,
    blocked,
    blocked_word,
    check_words,
    with_pattern,
    with_word,
    without_pattern,
    without_word,
)

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


def test_a_pattern_is_found_whatever_the_case_and_the_refusal_names_what_it_matched() -> None:
    rules = GuildRules(blocked_patterns=with_pattern((), r"\bgr[oö]ss?e\b|№\d"))
    assert blocked("Eine GRÖSSE zu viel", rules) == Match(r"\bgr[oö]ss?e\b|№\d", "grösse")
    assert blocked("grössere Dinge", rules) is None
    with pytest.raises(Refusal, match="“grosse”"):
        check_words("grosse", rules)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "not a regular expression"),
        ("a{99999999999999999999}", "not a regular expression"),
        ("(a+)+$", "takes too long"),
        (r"(\w+\s?)+$", "takes too long"),
        (".", "nearly everything"),
        ("x?", "nearly everything"),
    ],
)
def test_a_pattern_that_would_do_harm_is_not_taken(pattern: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        with_pattern((), pattern)


def test_a_pattern_that_turns_out_slow_refuses_the_text_and_holds_nothing_up() -> None:
    rules = GuildRules(blocked_patterns=("(?:q|qq)+$",))
    with pytest.raises(Refusal, match="could not read your words in time"):
        check_words("q" * 900 + "!", rules)


def test_patterns_are_kept_once_and_not_without_end() -> None:
    patterns = with_pattern(with_pattern(("b+",), "a+b"), "a+b")
    assert patterns == ("a+b", "b+")
    assert without_pattern(patterns, "b+") == ("a+b",)
    with pytest.raises(Refusal, match="is not in the word filter"):
        without_pattern(patterns, "c")
    full = tuple(f"word{number}" for number in range(MAX_PATTERNS))
    with pytest.raises(Refusal, match="50 patterns at most"):
        with_pattern(full, "one more")
