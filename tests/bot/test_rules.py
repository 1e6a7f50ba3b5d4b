"""What admins decide: a channel's rules over its server's, and the most one may ask for."""

from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.jobs.ceilings import check_defaults, read_size, under_ceilings
from bot.jobs.rules import GuildRules, combined, given, with_model
from bot.jobs.wish import Wish
from generator import GenerationRequest, load_catalogue

CATALOGUE = load_catalogue()


def request(model: str, **numbers: Any) -> GenerationRequest:
    return CATALOGUE[model].request(id="abcde", prompt="x", seed=1, output_path="x", **numbers)


def test_a_channels_rules_are_laid_over_its_servers() -> None:
    server = GuildRules(model="builtin", steps=9, spoiler=True, allowance=5.0)
    assert combined(server, GuildRules()) == server
    channel = GuildRules(steps=3, spoiler=False)
    assert combined(server, channel) == GuildRules(
        model="builtin", steps=3, spoiler=False, allowance=5.0
    )
    assert given(channel) == {"steps": 3, "spoiler": False}


def test_another_model_forgets_what_was_meant_for_the_one_before() -> None:
    server = GuildRules(model="builtin", steps=9, size="64x64", max_steps=20)
    other = GuildRules(model="modelscope", max_steps=20)
    assert combined(server, GuildRules(model="modelscope")) == other
    assert with_model(server, "modelscope") == other
    assert with_model(server, "builtin") == server


def test_what_is_asked_for_beyond_the_most_is_cut_and_said_and_the_usual_only_cut() -> None:
    rules = GuildRules(max_steps=10, max_seconds=1.0, max_size="256x256")
    asked = request("modelscope", num_inference_steps=50, num_frames=24)
    wish = Wish(prompt="x", steps=50, seconds=3.0)
    cut, notes = under_ceilings(asked, wish, CATALOGUE["modelscope"], rules)
    assert cut.num_inference_steps == 10
    assert cut.num_frames <= cut.fps
    assert "10 steps instead of 50, the most that is allowed here." in notes[0]
    assert "s instead of" in notes[1]
    assert under_ceilings(asked, Wish(prompt="x"), CATALOGUE["modelscope"], rules) == (cut, ())
    assert under_ceilings(asked, wish, CATALOGUE["modelscope"], GuildRules()) == (asked, ())


@examples(
    model=st.sampled_from(CATALOGUE.names),
    steps=st.integers(1, 100),
    width=st.integers(1, 4000),
    height=st.integers(1, 4000),
    num_frames=st.integers(1, 500),
    max_steps=st.none() | st.integers(1, 200),
    max_seconds=st.none() | st.floats(0.1, 60.0),
    max_size=st.none() | st.from_regex(r"[1-9]\d{1,3}x[1-9]\d{1,3}", fullmatch=True),
)
def test_what_was_cut_is_still_a_request_that_the_model_accepts_and_never_more(
    model: str, steps: int, width: int, height: int, num_frames: int, **most: Any
) -> None:
    spec = CATALOGUE[model]
    asked = request(
        model, num_inference_steps=steps, width=width, height=height, num_frames=num_frames
    )
    cut, _ = under_ceilings(asked, Wish(prompt="x"), spec, GuildRules(**most))
    spec.check(cut)
    assert cut.num_inference_steps <= asked.num_inference_steps
    assert cut.num_frames <= asked.num_frames
    assert cut.width * cut.height <= asked.width * asked.height


def test_what_is_usual_must_be_allowed() -> None:
    check_defaults(GuildRules(steps=5, max_steps=5, seconds=1.0, size="64x64"))
    for rules in (
        GuildRules(steps=6, max_steps=5),
        GuildRules(seconds=2.0, max_seconds=1.5),
        GuildRules(size="64x64", max_size="80x51"),
    ):
        with pytest.raises(Refusal, match="more than what is allowed"):
            check_defaults(rules)
    for text in ("", "64", "0x64", "axb"):
        with pytest.raises(Refusal, match="is not a size"):
            read_size(text)
