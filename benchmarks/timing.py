"""Timing things in turns, so that a busy moment of the machine meets all of them."""

import time
from collections.abc import Awaitable, Callable, Mapping
from statistics import median

from benchmarks.table import Row

Work = Callable[[], Awaitable[object]]
Seconds = dict[str, list[float]]
"""By the name of the work, one number a round."""


async def time_in_turns(works: Mapping[str, Work], rounds: int) -> Seconds:
    """Do every work once untimed, then once in each round; every round begins with another."""
    for work in works.values():
        await work()
    names = list(works)
    seconds: Seconds = {name: [] for name in names}
    for index in range(rounds):
        first = index % len(names)
        for name in names[first:] + names[:first]:
            began = time.perf_counter()
            await works[name]()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def compare(
    seconds: Seconds,
    ours: str,
    reference: str,
    *,
    goal: str = "",
    share: float = 1.0,
    name: str | None = None,
    show: Callable[[float], str] = "{:.3f} s".format,
) -> Row:
    """Return a row with the medians, and the ratios of the rounds; `share` is of our seconds.

    `show` writes a median down, for what is not seconds.
    """
    mine = [value * share for value in seconds[ours]]
    theirs = seconds[reference]
    ratios = sorted(one / other for one, other in zip(mine, theirs, strict=True))
    return Row(
        name=name or ours,
        reference=reference,
        value=show(median(mine)),
        reference_value=show(median(theirs)),
        ratio=median(ratios),
        lowest=ratios[0],
        highest=ratios[-1],
        goal=goal,
    )
