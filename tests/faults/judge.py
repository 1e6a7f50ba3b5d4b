"""What became of every job, by the messages that people saw and the rows of the database."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.jobs.job import Job, JobState
from bot.jobs.store import open_store
from bot.texts.results import perhaps_posted
from tests.faults.journal import Accepted, Journal, Seen
from tests.faults.stage import Stage

_EXITS = {0, 2, -9, -15}
"""Stopped in order, not started in words, killed, asked to stop before it could listen."""
_LATER = 5.0
"""Seconds from an end until it is told at the latest."""
_ENDS = {JobState.POSTED, JobState.FAILED, JobState.CANCELLED}


@dataclass
class Verdict:
    """Counts, and what is wrong, in words; nothing is wrong when `wrong` is empty."""

    accepted: int = 0
    posted: int = 0
    kept: int = 0
    """Made, and for the member to fetch: only an interaction could bring the clip."""
    failed: Counter[str] = field(default_factory=Counter[str])
    """By the reason that the member is told."""
    cancelled: int = 0
    unheard: int = 0
    """Jobs whose members saw no answer; they have ended all the same."""
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    misplaced: list[str] = field(default_factory=list[str])
    untold: list[str] = field(default_factory=list[str])
    """Their ends are not where their members would look."""
    crashed: list[str] = field(default_factory=list[str])
    """Ends of the bot that nobody caused from outside."""
    stale: list[str] = field(default_factory=list[str])
    """Their status messages do not say how they ended, which Discord can forbid."""

    @property
    def wrong(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.misplaced, *self.untold, *self.crashed]


async def unfinished(database: Path) -> list[Job]:
    """Return the jobs that have not ended, or whose members were not told."""
    async with open_store(database) as store:
        return await store.unfinished_jobs()


async def judge(stage: Stage) -> Verdict:
    """Look at everything, once the bot has stopped."""
    async with open_store(stage.machine.database) as store:
        rows = {
            job.id: job
            for user in stage.emulator.world.humans()
            for job in await store.jobs_of_user(user.id, 1_000_000)
        }
    return _Judge(stage, rows).verdict()


class _Judge:
    def __init__(self, stage: Stage, rows: dict[str, Job]) -> None:
        self._stage = stage
        self._rows = rows
        self._journal: Journal = stage.journal
        self._results: dict[str, list[Seen]] = {}
        for seen in self._journal.messages.values():
            if seen.is_result and seen.clip is not None:
                self._results.setdefault(seen.clip, []).append(seen)
        self._owners = _owners_of_files(stage.machine.data_dir / "clips")
        self._verdict = Verdict()

    def verdict(self) -> Verdict:
        for status, count in self._stage.machine.exits.items():
            if status not in _EXITS:
                self._verdict.crashed.append(f"the bot ended with status {status}: {count} times")
        accepted = self._journal.accepted()
        self._verdict.accepted = len(accepted)
        self._verdict.unheard = len(self._rows.keys() - accepted.keys())
        for job_id, promise in accepted.items():
            self._judge_promise(job_id, promise)
        for job in self._rows.values():
            self._judge_row(job)
        self._judge_wishes()
        for job_id in self._results.keys() - self._rows.keys():
            self._verdict.misplaced.append(f"{job_id}: a clip that nobody asked for")
        return self._verdict

    def _judge_promise(self, job_id: str, promise: Accepted) -> None:
        job = self._rows.get(job_id)
        if job is None:
            self._verdict.lost.append(f"{job_id}: no row")
            return
        if (job.user_id, job.channel_id) != (promise.user_id, promise.channel_id):
            self._verdict.misplaced.append(f"{job_id}: its row is of somebody or somewhere else")
        match job.state:
            case JobState.POSTED if self._results.get(job_id):
                self._verdict.posted += 1
            case JobState.POSTED if job.route == "interaction" and job.completed is not None:
                self._verdict.kept += 1
            case JobState.FAILED if job.failure:
                self._verdict.failed[_reason(job)] += 1
            case JobState.CANCELLED if self._was_pressed("cancel", job):
                self._verdict.cancelled += 1
            case _:
                self._verdict.lost.append(f"{job_id}: {job.state}")
        status = self._journal.messages[promise.status_id]
        if job.route == "channel" and not status.deleted and not status.is_end:
            self._verdict.stale.append(f"{job_id}: {job.state}, {status.last.content!r}")
        if not self._is_told(job, promise):
            self._verdict.untold.append(f"{job_id}: {job.state}, {self._last_words(promise)!r}")

    def _judge_row(self, job: Job) -> None:
        results = self._results.get(job.id, [])
        if len(results) > 1:
            self._verdict.doubled.append(f"{job.id}: {len(results)} messages with the clip")
        mentions = [each for each in self._about(job) if each.first.mentions]
        if len(mentions) > 1:
            self._verdict.doubled.append(f"{job.id}: mentioned {len(mentions)} times")
        if job.state not in _ENDS or not job.told:
            self._verdict.lost.append(f"{job.id}: {job.state}, told={job.told}")
        uncertain = job.failure == perhaps_posted(job)
        if results and job.state is not JobState.POSTED and not uncertain:
            self._verdict.doubled.append(f"{job.id}: posted and {job.state}: {job.failure}")
        for result in results:
            if fault := self._misplacement(job, result):
                self._verdict.misplaced.append(f"{job.id}: {fault}")
            if result.deleted and not self._was_pressed("delete", job):
                self._verdict.lost.append(f"{job.id}: its clip was deleted by a stranger")

    def _judge_wishes(self) -> None:
        """Look for commands that made two clips; what was made from another job has its seed."""
        asked = [job for job in self._rows.values() if job.parent_id is None]
        posted = Counter(job.request.seed for job in asked if self._results.get(job.id))
        for seed, count in posted.items():
            if count > 1:
                self._verdict.doubled.append(f"{count} clips of one command, of seed {seed}")

    def _misplacement(self, job: Job, result: Seen) -> str:
        world = self._stage.emulator.world
        member = world.users[job.user_id]
        channel_id = int(result.first.channel_id)
        if channel_id != job.channel_id:
            if channel_id != world.direct_channel(member).id:
                return "the clip is in another channel"
            if "Sent here because" not in result.first.content:
                return "the clip is in direct messages without a reason"
        if [int(mention.id) for mention in result.first.mentions] != [job.user_id]:
            return "it mentions others, or nobody"
        (attachment,) = result.first.attachments
        if attachment.filename != f"{job.id}-seed{job.request.seed}.mp4":
            return f"it is called {attachment.filename}"
        kept = world.attachments.get(int(attachment.id))
        owners = self._owners.get(_digest(kept.data)) if kept is not None else None
        return f"it is the clip of {owners}" if owners and job.id not in owners else ""

    def _is_told(self, job: Job, promise: Accepted) -> bool:
        """Whether the end can be read where the member looks.

        Where the place is gone, or closed together with direct messages, `/show` alone tells it.
        Who cancelled has been answered, and does not wait for more.
        """
        status = self._journal.messages[promise.status_id]
        if status.deleted or promise.channel_id not in self._stage.emulator.world.channels:
            return True
        if job.route == "interaction" or job.state is not JobState.FAILED:
            return True
        if any(each.last.content.startswith("⚠️") for each in self._about(job)):
            return True
        ended = job.finished_at or 0.0
        return any(
            since <= ended + _LATER and ended <= until for since, until in self._stage.closed_doors
        )

    def _last_words(self, promise: Accepted) -> str:
        return self._journal.messages[promise.status_id].last.content

    def _about(self, job: Job) -> Iterator[Seen]:
        for seen in self._journal.messages.values():
            if f"**#{job.id}**" in seen.last.content or seen.clip == job.id:
                yield seen

    def _was_pressed(self, action: str, job: Job) -> bool:
        """Whether somebody pressed it who may: the owner of the job, or of the server."""
        owner = self._stage.emulator.world.application.owner.id
        return bool(self._stage.pressed.get((action, job.id), set()) & {job.user_id, owner})


def _reason(job: Job) -> str:
    """The reason without what is different each time."""
    words = (job.failure or "").replace(job.id, "…").split(". ")
    return words[0][:90]


def _owners_of_files(folder: Path) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for file in folder.glob("*.mp4"):
        owners.setdefault(_digest(file.read_bytes()), set()).add(file.name.partition(".")[0])
    return owners


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
