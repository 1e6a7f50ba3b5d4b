"""Alternatives in prompts: what they stand for, and where they end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.jobs.permutations import MAX_CLIPS, expand, literally

TEXTS = st.text(st.characters(codec="ascii", exclude_characters="\\[],"), max_size=8)
OPTIONS = st.lists(TEXTS.map(str.strip), min_size=2, max_size=3, unique=True)


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("a red circle", ["a red circle"]),
        (
            "a [red, blue] [circle, square]",
            ["a red circle", "a red square", "a blue circle", "a blue square"],
        ),
        ("a [big,  small ] dog", ["a big dog", "a small dog"]),
        ("a [, red] dog", ["a dog", "a red dog"]),
        ("a [red, red] dog", ["a red dog"]),
        ("a sign that says [hello]", ["a sign that says [hello]"]),
        (r"\[a, b\] and \\", [r"[a, b] and \\"]),
        (r"a [one\, two, three]", ["a one, two", "a three"]),
        ("a [red, blue circle", ["a [red, blue circle"]),
        ("[[a, b]]", ["[a]", "[b]"]),
    ],
)
def test_a_prompt_stands_for_every_combination(prompt: str, prompts: list[str]) -> None:
    assert expand(prompt) == prompts


def test_too_many_clips_are_refused_with_their_number() -> None:
    assert len(expand("[a, b, c] [d, e, f]")) == MAX_CLIPS
    with pytest.raises(Refusal, match=r"make 12 videos; at most 9"):
        expand("[a, b, c] [d, e, f, g]")
    with pytest.raises(Refusal, match="make 16 videos"):
        expand("[a, b] [c, d]", clips_each=4)
    with pytest.raises(Refusal):  # nobody waits until all these are listed
        expand("[a, b]" * 150)
    assert expand("a dog", clips_each=4) == ["a dog"]


@given(TEXTS, OPTIONS, TEXTS, OPTIONS)
def test_each_combination_is_there_once(
    before: str, first: list[str], between: str, second: list[str]
) -> None:
    prompt = f"{before}[{','.join(first)}]{between}[{','.join(second)}]"
    wanted = [f"{before}{one}{between}{two}" for one in first for two in second]
    assert expand(prompt) == list(dict.fromkeys(" ".join(text.split()) for text in wanted))


@given(st.text(st.sampled_from("ab ,[]"), max_size=20))
def test_what_is_written_literally_is_one_prompt(prompt: str) -> None:
    assert expand(literally(prompt)) == [" ".join(prompt.split())]
