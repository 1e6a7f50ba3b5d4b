"""How different a new clip is from the one it is made from."""

from bot.jobs.variation import varied
from bot.jobs.wish import Wish

WISH = Wish(prompt="a red circle", seed=7, variation_seed=3, variation_strength=0.2)


def test_the_same_is_the_same() -> None:
    assert varied(WISH, "same") is WISH


def test_a_little_and_a_lot_keep_the_seed_and_go_elsewhere_from_it() -> None:
    little, lot = varied(WISH, "subtle"), varied(WISH, "strong")
    assert little.seed == lot.seed == 7
    assert 0 < little.variation_strength < lot.variation_strength < 1
    assert little.variation_seed not in (None, 3)


def test_a_new_one_has_nothing_of_the_old_noise() -> None:
    new = varied(WISH, "new")
    assert (new.seed, new.variation_seed, new.variation_strength) == (None, None, 0.0)
