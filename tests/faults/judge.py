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
    buttons: Counter[str] = field(default_factory=Counter[str])
    """Clips that buttons have brought, by what was pressed."""
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
        self._copies: dict[str, list[Seen]] = {}
        """Direct messages that members wanted besides."""
        self._shown: dict[str, list[Seen]] = {}
        """The clip once more: in a showcase, by a command, or for whoever pressed DM."""
        for seen in self._journal.messages.values():
            if seen.clip is not None:
                kinds = self._copies if seen.is_copy else self._shown
                kind = self._results if seen.is_result and not seen.is_copy else kinds
                kind.setdefault(seen.clip, []).append(seen)
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
        places = {promise.channel_id, promise.thread_id}
        if job.user_id != promise.user_id or job.channel_id not in places:
            self._verdict.misplaced.append(f"{job_id}: its row is of somebody or somewhere else")
        if promise.button is not None and promise.button != (job.made_by, job.parent_id):
            self._verdict.misplaced.append(f"{job_id}: {promise.button} made something else")
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
        has_status = promise.status_id != str(promise.thread_id)
        if job.route == "channel" and has_status and not status.deleted and not status.is_end:
            self._verdict.stale.append(f"{job_id}: {job.state}, {status.last.content!r}")
        if not self._is_told(job, promise):
            self._verdict.untold.append(f"{job_id}: {job.state}, {self._last_words(promise)!r}")

    def _judge_row(self, job: Job) -> None:
        results = self._results.get(job.id, [])
        if len(results) > 1:
            self._verdict.doubled.append(f"{job.id}: {len(results)} messages with the clip")
        mentions = [each for each in self._about(job) if each.first.mentions and not each.is_copy]
        if len(mentions) > 1:
            self._verdict.doubled.append(f"{job.id}: mentioned {len(mentions)} times")
        if job.state not in _ENDS or not job.told:
            self._verdict.lost.append(f"{job.id}: {job.state}, told={job.told}")
        uncertain = job.failure == perhaps_posted(job)
        if results and job.state is not JobState.POSTED and not uncertain:
            self._verdict.doubled.append(f"{job.id}: posted and {job.state}: {job.failure}")
        if job.state is JobState.POSTED and job.made_by is not None:
            self._verdict.buttons[job.made_by] += 1
        self._judge_extras(job)
        for result in results:
            if fault := self._misplacement(job, result):
                self._verdict.misplaced.append(f"{job.id}: {fault}")
            if result.deleted and not self._was_pressed("delete", job):
                self._verdict.lost.append(f"{job.id}: its clip was deleted by a stranger")

    def _judge_extras(self, job: Job) -> None:
        """Look at what buttons have brought besides the result, or instead of another clip."""
        copies = self._copies.get(job.id, [])
        if len(copies) > 1:
            self._verdict.doubled.append(f"{job.id}: {len(copies)} copies in direct messages")
        direct = self._stage.emulator.world.direct_channel(
            self._stage.emulator.world.users[job.user_id]
        )
        for copy in copies:
            if int(copy.first.channel_id) != direct.id or not self._was_pressed("notify", job):
                self._verdict.misplaced.append(f"{job.id}: a copy that nobody wanted there")
        shown = self._shown.get(job.id, [])
        shared = [each for each in shown if each.first.content.startswith("⭐")]
        self._verdict.buttons["share"] += len(shared)
        self._verdict.buttons["DM me"] += len(copies)
        if len([each for each in shared if not each.deleted]) > 1:
            self._verdict.doubled.append(f"{job.id}: shared {len(shared)} times")
        if shared and not self._was_pressed("share", job):
            self._verdict.misplaced.append(f"{job.id}: shared by nobody who may")
        for each in [*copies, *shown]:
            if owners := self._strangers(job, each):
                self._verdict.misplaced.append(f"{job.id}: shown as the clip of {owners}")
        parent = self._rows.get(job.parent_id or "")
        changed = ("change", job.id) in self._stage.pressed
        if parent is not None and not changed and not _is_more(job, parent):
            self._verdict.misplaced.append(f"{job.id}: {job.made_by} of {parent.id} is no more")

    def _judge_wishes(self) -> None:
        """Look for commands that made two clips; what was made from another job has its seed."""
        asked = [job for job in self._rows.values() if job.parent_id is None]
        posted = Counter(
            (job.request.seed, job.prompt) for job in asked if self._results.get(job.id)
        )
        for (seed, prompt), count in posted.items():
            if count > 1:
                words = f"{count} clips of one command, of seed {seed}: {prompt}"
                self._verdict.doubled.append(words)

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
        attachment = result.first.attachments[0]
        if attachment.filename != f"{job.id}-seed{job.request.seed}.mp4":
            return f"it is called {attachment.filename}"
        owners = self._strangers(job, result)
        return f"it is the clip of {owners}" if owners else ""

    def _strangers(self, job: Job, message: Seen) -> set[str]:
        """The jobs whose clip a message has instead of this one's."""
        (attachment,) = message.first.attachments
        kept = self._stage.emulator.world.attachments.get(int(attachment.id))
        owners = None if kept is None else self._owners.get(_digest(kept.data))
        return set() if owners is None or job.id in owners else owners

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


def _is_more(job: Job, parent: Job) -> bool:
    """Whether a clip is what the button on another one says."""
    clip, before = job.completed, parent.completed
    if clip is None or before is None:
        return True
    match job.made_by:
        case "extend":
            return clip.num_frames > before.num_frames
        case "upscale":
            return clip.width > before.width and clip.num_frames == before.num_frames
        case "smooth":
            return clip.fps > before.fps and clip.num_frames > before.num_frames
        case "better":
            return job.request.seed == parent.request.seed
        case _:
            return True


def _reason(job: Job) -> str:
    """The reason without what is different each time."""
    words = (job.failure or "").replace(job.id, "…").split(". ")
    return words[0][:90]


def _owners_of_files(folder: Path) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for file in folder.glob("*.mp4"):
        if file.name.count(".") > 1:  # another job's clip, of which this one is made, or its own
            continue
        owners.setdefault(_digest(file.read_bytes()), set()).add(file.name.partition(".")[0])
    return owners


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
