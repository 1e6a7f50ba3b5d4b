"""After the faults: everything is whole again, and the bot has time to finish what it promised."""

import asyncio
from collections.abc import Sequence

from bot.jobs.job import Job, JobState
from bot.jobs.store import open_store
from tests.faults.judge import Verdict, judge, unfinished
from tests.faults.kinds import Kind
from tests.faults.stage import Player, Stage

_PATIENCE = 120.0
_PAUSE = 0.3


async def settle(stage: Stage, kinds: Sequence[Kind]) -> Verdict:
    """Let all jobs end, fetch the clips that are kept, stop the bot, and judge."""
    stage.emulator.faults.clear()
    for kind in kinds:
        kind.end(stage)
    await stage.machine.wait_online()
    unfetched: list[Job] = []
    try:
        async with asyncio.timeout(_PATIENCE):
            while await unfinished(stage.machine.database):  # noqa: ASYNC110 - rows are silent
                await asyncio.sleep(_PAUSE)
            unfetched = await _fetch_kept(stage)
    except TimeoutError:
        pass  # the verdict names what has not ended
    await stage.machine.stop()
    verdict = await judge(stage)
    verdict.lost += [f"{job.id}: kept, and cannot be fetched" for job in unfetched]
    return verdict


async def _fetch_kept(stage: Stage) -> list[Job]:
    """Bring the clips that no interaction could bring; return those that did not come."""
    async with open_store(stage.machine.database) as store:
        accepted = [await store.job(job_id) for job_id in stage.journal.accepted()]
    kept = {job.id: job for job in accepted if job is not None and _is_kept(job)}
    for job in kept.values():
        world = stage.emulator.world
        member = world.users[job.user_id]
        stage.show(Player(member, world.direct_channel(member)), job.id)
    for _ in range(round(10 / _PAUSE)):
        shown = {seen.clip for seen in stage.journal.messages.values()}
        kept = {job_id: job for job_id, job in kept.items() if job_id not in shown}
        if not kept:
            break
        await asyncio.sleep(_PAUSE)
    return list(kept.values())


def _is_kept(job: Job) -> bool:
    return job.state is JobState.POSTED and job.result_message_id is None
