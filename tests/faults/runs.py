"""The runs of the suite: each plays on a stage of its own, and ends with a verdict."""

from dataclasses import dataclass
from pathlib import Path

from tests.faults.campaign import kill_generator, run_campaign
from tests.faults.disk_run import fill_disk
from tests.faults.hasty_bot import WITH_MODEL
from tests.faults.judge import Verdict
from tests.faults.kinds import request_kinds
from tests.faults.report import report
from tests.faults.settling import settle
from tests.faults.small_disk import SmallDisk
from tests.faults.stage import open_stage
from tests.faults.walk import Walk
from tests.faults.world_kinds import world_kinds


@dataclass(frozen=True)
class Outcome:
    """What became of all jobs, and the figures to read."""

    verdict: Verdict
    text: str


async def campaign(
    folder: Path, seed: int, *, generator_kills: int, bot_kills: int, kind_count: int | None = None
) -> Outcome:
    """Kill both processes so many times, and let so many kinds of fault happen, or all."""
    everything = [*request_kinds(), *world_kinds()]
    async with open_stage(folder, seed) as stage:
        kinds = stage.random.sample(everything, kind_count or len(everything))
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


async def full_disk(folder: Path, seed: int, times: int) -> Outcome:
    """Fill the disk that is mounted at the folder so many times."""
    async with open_stage(folder, seed) as stage:
        await fill_disk(stage, SmallDisk(folder), times)
        verdict = await settle(stage, ())
        text = report("Full disk", seed, stage, (), verdict)
        refused = stage.machine.log.read_text().count("database or disk is full")
        return Outcome(
            verdict, f"{text}\n{times} times full; writes that SQLite refused: {refused}"
        )


async def with_model(folder: Path, seed: int, kills: int) -> Outcome:
    """Kill the generator that has the built-in model so many times."""
    async with open_stage(folder, seed, {WITH_MODEL: "1"}) as stage:
        await stage.machine.wait_online()
        while stage.machine.generator_kills < kills:
            await kill_generator(stage, stage.random.uniform(2.0, 12.0))
        verdict = await settle(stage, ())
        return Outcome(verdict, report("Built-in model", seed, stage, (), verdict))
