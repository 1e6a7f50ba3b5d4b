"""The runs of the suite: each plays on a stage of its own, and ends with a verdict."""

from dataclasses import dataclass
from pathlib import Path

from tests.faults.campaign import run_campaign
from tests.faults.judge import Verdict
from tests.faults.kinds import request_kinds
from tests.faults.report import report
from tests.faults.settling import settle
from tests.faults.stage import open_stage
from tests.faults.walk import Walk
from tests.faults.world_kinds import world_kinds


@dataclass(frozen=True)
class Outcome:
    """What became of all jobs, and the figures to read."""

    verdict: Verdict
    text: str


async def campaign(folder: Path, seed: int, generator_kills: int, bot_kills: int) -> Outcome:
    """Kill both processes so many times, and let every kind of fault happen."""
    kinds = [*request_kinds(), *world_kinds()]
    async with open_stage(folder, seed) as stage:
        await run_campaign(stage, kinds, generator_kills=generator_kills, bot_kills=bot_kills)
        verdict = await settle(stage, kinds)
        return Outcome(verdict, report("Campaign", seed, stage, kinds, verdict))


async def walk(folder: Path, seed: int, steps: int) -> Outcome:
    """Take so many random steps."""
    kinds = [*request_kinds(), *world_kinds()]
    async with open_stage(folder, seed) as stage:
        await stage.machine.wait_online()
        walk = Walk(stage, kinds)
        await walk.run(steps)
        verdict = await settle(stage, kinds)
        taken = ", ".join(f"{name} {count}" for name, count in walk.taken.most_common())
        text = report("Random walk", seed, stage, kinds, verdict)
        return Outcome(verdict, f"{text}\n{walk.taken.total()} steps: {taken}")
