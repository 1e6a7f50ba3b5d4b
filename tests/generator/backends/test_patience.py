"""How long a step may take, by what steps took before."""

import pytest
from msgspec import structs

from generator.backends.patience import Pace, Patience
from tests.generator.plain_worker import PLAIN

REQUEST = PLAIN.request(id="1", prompt="a", seed=1, output_path="1.mp4")


@pytest.fixture
def pace() -> Pace:
    return Pace(Patience(loading=1000, silence=500))


def test_nothing_is_known_of_the_first_clip(pace: Pace) -> None:
    assert pace.limit(REQUEST, "denoising") == 500


@pytest.mark.parametrize(("took", "limit"), [((8, 20, 9), 200), ((0.1,), 60), ((90,), 500)])
def test_a_step_is_given_ten_times_the_longest(
    pace: Pace, took: tuple[float, ...], limit: float
) -> None:
    for seconds in took:
        pace.note_step(REQUEST, seconds)
    again = structs.replace(REQUEST, id="2", prompt="b", seed=2)
    assert pace.limit(again, "denoising") == limit
    assert pace.limit(again, "decoding") == 500
    assert pace.limit(structs.replace(REQUEST, width=64), "denoising") == 500


@pytest.mark.parametrize("stage", [None, "loading"])
def test_loading_has_a_limit_of_its_own(pace: Pace, stage: None) -> None:
    pace.note_step(REQUEST, 1)
    assert pace.limit(REQUEST, stage) == 1000
