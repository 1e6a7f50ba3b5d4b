"""The figures of a run, as a table to read."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.faults.judge import Verdict
from tests.faults.kinds import Kind
from tests.faults.stage import Stage


def report(title: str, seed: int, stage: Stage, kinds: Sequence[Kind], verdict: Verdict) -> str:
    """Return what was done, what happened, and what became of the jobs."""
    machine, counts = stage.machine, stage.emulator.faults.counts
    happened = [kind.name for kind in kinds if counts[kind.name]]
    rows: list[tuple[str, object]] = [
        ("seed", seed),
        ("kills of the generator", machine.generator_kills),
        ("kills of the bot", machine.bot_kills),
        *((f"  {name}", count) for name, count in _kills_at_requests(counts)),
        ("stops of the bot, in order", machine.stops),
        ("starts that failed in words", machine.exits[2]),
        ("kinds of fault that happened", f"{len(happened)} of {len(kinds)}"),
        *((f"  {kind.name}", counts[kind.name]) for kind in kinds),
        ("jobs accepted", verdict.accepted),
        ("posted once", verdict.posted),
        ("made, and fetched by the member", verdict.kept),
        ("brought by buttons", verdict.buttons.total()),
        *((f"  {button}", count) for button, count in verdict.buttons.most_common()),
        ("cancelled by their members", verdict.cancelled),
        ("failed with a reason", sum(verdict.failed.values())),
        *((f"  {reason}", count) for reason, count in verdict.failed.most_common()),
        ("asked for, answer never seen", verdict.unheard),
        ("lost", len(verdict.lost)),
        ("doubled", len(verdict.doubled)),
        ("misplaced", len(verdict.misplaced)),
        ("untold", len(verdict.untold)),
        ("crashed", len(verdict.crashed)),
        ("status messages that do not say the end", len(verdict.stale)),
    ]
    lines = [f"{name:<60} {value:>8}" for name, value in rows]
    stale = (f"stale: {words}" for words in verdict.stale)
    return "\n".join([f"--- {title} ---", *lines, *stale, *verdict.wrong])


def _kills_at_requests(counts: Counter[str]) -> Iterator[tuple[str, int]]:
    return ((name, counts[name]) for name in sorted(counts) if name.startswith("bot killed"))
