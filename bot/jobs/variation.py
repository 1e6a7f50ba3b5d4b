"""How different a clip is from the one it is made from."""

import secrets
from dataclasses import replace
from typing import Literal

from bot.i18n import N_
from bot.jobs.limits import MAX_SEED
from bot.jobs.wish import Wish

Change = Literal["same", "subtle", "strong", "new"]
LABELS: dict[Change, str] = {
    "same": N_("Same seed"),
    "subtle": N_("A little different"),
    "strong": N_("Very different"),
    "new": N_("New seed"),
}
_STRENGTHS: dict[Change, float] = {"subtle": 0.2, "strong": 0.5}
"""How far the noise is from the clip's own, where 1 is that of another seed."""


def varied(wish: Wish, change: Change) -> Wish:
    """Return a wish for the same settings and a clip that is so different.

    Between two seeds there is one step: what differs from a clip that was varied itself differs
    from the clip of its first seed.
    """
    match change:
        case "same":
            return wish
        case "new":
            return replace(wish, seed=None, variation_seed=None, variation_strength=0.0)
        case _:
            return replace(
                wish,
                variation_seed=secrets.randbelow(MAX_SEED + 1),
                variation_strength=_STRENGTHS[change],
            )
