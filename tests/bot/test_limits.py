"""From wish to request: everything a member can get wrong is refused in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.jobs.choices import MemberChoices
from bot.jobs.defaults import with_defaults
from bot.jobs.limits import (
    MAX_PROMPT_LENGTH,
    MAX_SEED,
    Caps,
    Plan,
    check_room,
    choose_model,
    make_plan,
)
from bot.jobs.offer import Offer
from bot.jobs.queue import FairQueue
from bot.jobs.rules import GuildRules
from bot.jobs.wish import Wish
from bot.styles import load_styles
from generator import load_catalogue
from tests.bot.jobs import make_job

CATALOGUE = load_catalogue()
BUILTIN = CATALOGUE["builtin"]
OFFER = Offer(models=list(CATALOGUE), styles=load_styles())
NATIVE = f"{BUILTIN.defaults.width}x{BUILTIN.defaults.height}"


def plan(
    rules: GuildRules | None = None,
    model: str = "builtin",
    choices: MemberChoices | None = None,
    **wish: Any,
) -> Plan:
    values: dict[str, Any] = {"prompt": "a red circle"} | wish
    rules, spec = rules or GuildRules(), CATALOGUE[model]
    wished = with_defaults(Wish(**values), choices or MemberChoices(), rules, spec, OFFER.styles)
    return make_plan(
        wished,
        spec,
        rules,
        OFFER,
        job_id="abcde",
        output_path="clips/abcde.mp4",
        max_bytes=10_000_000,
    )


def test_a_bare_prompt_gets_the_models_defaults() -> None:
    request = plan().request
    assert (request.width, request.height) == (BUILTIN.defaults.width, BUILTIN.defaults.height)
    assert request.num_frames == BUILTIN.defaults.num_frames
    assert request.num_inference_steps == BUILTIN.defaults.num_inference_steps
    assert request.max_bytes == 10_000_000


def test_white_space_in_a_prompt_is_tidied() -> None:
    assert plan(prompt="  a red\n\n circle ").request.prompt == "a red circle"
    assert plan(prompt="a \u202ered\u202c circle").request.prompt == "a red circle"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"prompt": ""}, "prompt is empty"),
        ({"prompt": " \n\t "}, "prompt is empty"),
        ({"prompt": "x" * 6000}, "6,000 characters; at most 1,000"),
        ({"negative_prompt": "x" * 1001}, "1,001 characters"),
        ({"size": "127x131"}, "nearest size it can make is `NATIVE`"),
        ({"size": "9999x9999"}, "nearest size it can make is `NATIVE`"),
        ({"size": "big"}, "not a size"),
        ({"size": "0x0"}, "nearest size it can make is `NATIVE`"),
        ({"size": "-64x64"}, "not a size"),
        ({"frames": 100_000}, "`frames` must be between 1 and"),
        ({"frames": 0}, "`frames` must be between 1 and"),
        ({"seconds": 3600.0}, "up to 2 s"),
        ({"seconds": 0.0}, "up to 2 s; you asked for 0 s"),
        ({"seconds": float("nan")}, "up to 2 s"),
        ({"steps": 0}, "`steps` must be between 2 and"),
        ({"steps": 10_000}, "`steps` must be between 2 and"),
        ({"guidance": 0.5}, "`guidance` must be between 1 and"),
        ({"guidance": float("nan")}, "`guidance` must be between 1 and"),
        ({"seed": -1}, "`seed` must be between 0 and 4,294,967,295; you gave -1"),
        ({"seed": MAX_SEED + 1}, "`seed` must be between"),
    ],
)
def test_bad_input_is_refused_with_what_would_work(wish: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match=words.replace("NATIVE", NATIVE)):
        plan(**wish)


def test_an_unknown_model_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Refusal, match="builtin, modelscope"):
        choose_model(CATALOGUE, "sora")


def test_a_length_the_model_lacks_is_rounded_and_said() -> None:
    made = plan(seconds=1.7)
    assert made.request.num_frames == BUILTIN.frames_for(1.7)
    if abs(made.request.num_frames / made.request.fps - 1.7) > 0.5 / made.request.fps:
        assert "instead of 1.7 s" in made.notes[0]
    assert "instead of 3" in plan(frames=3).notes[0]
    assert plan(frames=BUILTIN.defaults.num_frames).notes == ()


def test_a_seed_is_drawn_when_none_is_given_and_kept_when_one_is() -> None:
    assert plan(seed=7).request.seed == 7
    assert len({plan().request.seed for _ in range(8)}) > 1


def test_a_servers_rules_fill_in_for_its_model_only() -> None:
    rules = GuildRules(model="modelscope", steps=12, size="320x256", seconds=1.0)
    request = plan(rules, model="modelscope").request
    assert (request.width, request.height, request.num_inference_steps) == (320, 256, 12)
    assert request.num_frames == 8
    assert plan(rules).request.num_inference_steps == BUILTIN.defaults.num_inference_steps
    assert plan(rules, model="modelscope", steps=5).request.num_inference_steps == 5
    best = CATALOGUE["modelscope"].preset("best").num_inference_steps
    assert plan(rules, model="modelscope", preset="best").request.num_inference_steps == best


def test_a_members_choices_come_before_the_servers_and_after_the_wish() -> None:
    rules = GuildRules(model="modelscope", size="320x256", seconds=1.0)
    choices = MemberChoices(seconds=2.0, aspect="1:1", quality="draft", style="Anime")
    usual = plan(rules, model="modelscope", choices=choices)
    request = usual.request
    assert (request.width, request.height, request.num_frames) == (256, 256, 16)
    draft = CATALOGUE["modelscope"].preset("draft").num_inference_steps
    assert request.num_inference_steps == draft
    assert usual.style == "Anime"
    said = plan(rules, model="modelscope", choices=choices, size="320x256", seconds=3.0, style="")
    assert (said.request.width, said.request.num_frames, said.style) == (320, 24, None)


def test_what_a_model_cannot_do_of_the_usual_is_left_aside() -> None:
    choices = MemberChoices(
        seconds=60.0, aspect="16:9", style="Anime", negative_prompt="blurry", model="gone"
    )
    usual = plan(choices=choices)
    assert usual.request.num_frames == BUILTIN.frames.max
    assert usual.style is None
    few_words = plan(model="animatediff-lightning", choices=choices)
    assert "blurry" not in few_words.request.negative_prompt


def test_a_shape_becomes_a_size_with_about_the_usual_pixels_and_says_what_is_rounded() -> None:
    wide = plan(model="modelscope", aspect="16:9")
    assert abs(wide.request.width / wide.request.height - 16 / 9) < 0.1
    assert wide.request.width * wide.request.height == pytest.approx(256 * 256, rel=0.1)
    assert wide.notes == ()
    square = plan(aspect="16:9")
    assert (square.request.width, square.request.height) == tuple(map(int, NATIVE.split("x")))
    assert "nothing nearer to 16:9" in square.notes[0]


def test_a_style_lays_its_words_over_those_of_the_member_which_are_kept() -> None:
    made = plan(model="modelscope", prompt="a fox", negative_prompt="rain", style="watercolour")
    assert made.style == "Watercolour"
    assert made.request.prompt.startswith("a fox, watercolour painting")
    assert made.request.negative_prompt.startswith("rain, photograph")
    assert (made.own_prompt, made.own_negative_prompt) == ("a fox", "rain")


@pytest.mark.parametrize(
    ("model", "wish", "words"),
    [
        (
            "modelscope",
            {"image_url": "x"},
            "does not take `image`.*one of: `builtin`, `cogvideox-5b`",
        ),
        ("animatediff-lightning", {"negative_prompt": "x"}, "choose one of: `builtin`"),
        ("animatediff-lightning", {"guidance": 7.0}, "does not take `guidance`"),
        ("builtin", {"style": "Anime"}, "does not take `style`.*choose one of: `modelscope`"),
        ("modelscope", {"lora": "x"}, "does not take `lora`"),
        ("modelscope", {"style": "Baroque"}, "no style “Baroque”. There are: Cinematic"),
        ("modelscope", {"size": "256x256", "aspect": "1:1"}, "`size` and `aspect` say the same"),
        ("modelscope", {"seconds": 1.0, "frames": 9}, "`frames` and `seconds` say the same"),
        ("modelscope", {"aspect": "0:1"}, "`0:1` is not a shape"),
    ],
)
def test_options_a_model_lacks_are_refused_with_the_models_that_have_them(
    model: str, wish: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        plan(model=model, **wish)


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(member=2, guild=9, total=9), "You already have 2 videos waiting"),
        (Caps(member=9, guild=3, total=9), "This server already has 3 videos waiting"),
        (Caps(member=9, guild=9, total=4), "The queue is full: it has 4 videos waiting"),
    ],
)
def test_who_has_enough_waiting_is_told_so_and_when_to_ask_again(caps: Caps, words: str) -> None:
    queue = FairQueue()
    for job_id, user_id, guild_id in (("a", 1, 2), ("b", 1, 2), ("c", 5, 2), ("d", 6, 3)):
        queue.reserve(make_job(job_id, user_id=user_id, guild_id=guild_id))
    mine = make_job(user_id=1, guild_id=2)
    with pytest.raises(Refusal, match=words) as refusal:
        check_room(queue, mine, caps, starts_at=lambda job_id: {"a": 1_700_000_000.4}[job_id])
    assert "The first of them starts <t:1700000000:R>: cancel one, or ask again then" in str(
        refusal.value
    )
    with pytest.raises(Refusal, match="once one of them has started"):
        check_room(queue, mine, caps, starts_at=lambda _: None)


def test_direct_messages_count_for_no_server() -> None:
    queue = FairQueue()
    queue.reserve(make_job("a", user_id=1, guild_id=None))
    mine = make_job(user_id=2, guild_id=None)
    check_room(queue, mine, Caps(member=1, guild=1, total=2), starts_at=lambda _: None)


@given(
    prompt=st.text(max_size=MAX_PROMPT_LENGTH + 5),
    size=st.none() | st.text(max_size=12) | st.from_regex(r"\d{1,5}x\d{1,5}", fullmatch=True),
    frames=st.none() | st.integers(-5, 3000),
    seconds=st.none() | st.floats(),
    steps=st.none() | st.integers(-5, 300),
    guidance=st.none() | st.floats(),
    seed=st.none() | st.integers(-5, 2**40),
    model=st.sampled_from(CATALOGUE.names),
)
def test_every_wish_is_refused_or_becomes_a_request_its_model_accepts(
    model: str, **wish: Any
) -> None:
    try:
        made = plan(model=model, **wish)
    except Refusal:
        return
    CATALOGUE[model].check(made.request)
