"""The queue jobs wait in: members take turns, and each job is reachable by its id."""

import asyncio
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from msgspec import structs
from sortedcontainers import SortedList

from bot.jobs.estimates import Work, work_of
from bot.jobs.job import Job

Key = tuple[int, float, str]
"""Turn, time of asking, id: the order follows from the rows alone, so that a restart keeps it."""

Group = TypeVar("Group", bound=Hashable)


class Removed(NamedTuple):
    """A job that was taken out, and its member's later ones, each with the turn it moved up to."""

    job: Job
    moved: list[Job]


class FairQueue(asyncio.Queue[Job]):
    """Round robin: a turn has one job of each member, in the order in which they were asked for.

    So nobody's first job waits for more than one job of anybody else. `reserve` and `hold` are for
    jobs that have a place but may not run yet: `put_nowait` lets them. With n jobs waiting, a call
    takes O(log n); `remove` for each job that moves up, `ahead` for each kind of work.
    """

    def _init(self, maxsize: int) -> None:
        # asyncio.Queue's own hooks, as its LIFO and priority variants use them
        self._queue: SortedList[Key] = SortedList()  # those that may run
        self._order: SortedList[Key] = SortedList()  # all
        self._jobs: dict[str, Job] = {}
        self._members = _Groups[int]()
        self._guilds = _Groups[int | None]()
        self._works = _Groups[Work]()
        self._turn = 0
        """The latest that came; 0 before the first."""
        self._served: set[int] = set()
        """The members who have had it."""

    def _put(self, item: Job) -> None:
        job = self.replace(item) if item.id in self._jobs else self.reserve(item)
        self._queue.add(_key(job))

    def _get(self) -> Job:
        job = self._take(self._queue[0][2])
        if job.turn > self._turn or not self._order:
            self._served.clear()
        self._turn = max(self._turn, job.turn)
        self._served.add(job.user_id)
        return job

    # --- changing it ---

    def reserve(self, job: Job) -> Job:
        """Give a job a place that `put_nowait` lets it use, and return it with its turn.

        A job that has a turn keeps it: after a restart, or when it is tried once more.
        """
        assert job.id not in self._jobs, "a job waits once"
        if not job.turn:
            job = structs.replace(job, turn=self._next_turn(job.user_id))
        self._add(job)
        return job

    def hold(self, job_id: str) -> Job | None:
        """Let a job that may run keep its place only; None when there is no such job (any more)."""
        job = self._jobs.get(job_id)
        if job is None or _key(job) not in self._queue:
            return None
        self._queue.remove(_key(job))
        return job

    def replace(self, job: Job) -> Job:
        """Let a waiting job become this one at the same place; returns it with that place."""
        waiting = self._jobs[job.id]
        job = structs.replace(job, turn=waiting.turn, created_at=waiting.created_at)
        if (work := work_of(job)) != (before := work_of(waiting)):
            self._works.remove(before, _key(job))
            self._works.add(work, _key(job))
        self._jobs[job.id] = job
        return job

    def remove(self, job_id: str) -> Removed | None:
        """Take a waiting job out; None when it is not waiting (any more)."""
        if job_id not in self._jobs:
            return None
        job = self._take(job_id)
        if job.attempts:  # its turn had come already
            return Removed(job, [])
        keys = self._members.keys(job.user_id)
        later = [self._jobs[key[2]] for key in keys[bisect_right(keys, _key(job)) :]]
        turns = [job.turn, *(other.turn for other in later)]
        return Removed(job, [self._move(*move) for move in zip(later, turns, strict=False)])

    # --- looking at it ---

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._jobs

    def __len__(self) -> int:
        """Count all that wait, unlike `qsize` also those that may not run yet."""
        return len(self._jobs)

    def place(self, job_id: str) -> int:
        """Return how many wait ahead of a job."""
        return self._order.bisect_left(_key(self._jobs[job_id]))

    def ahead(self, job_id: str) -> Iterator[tuple[Work, int]]:
        """Count the jobs that wait ahead of a job, by what they have the device do."""
        key = _key(self._jobs[job_id])
        return ((work, keys.bisect_left(key)) for work, keys in self._works.items())

    def in_all(self) -> Iterator[tuple[Work, int]]:
        """Count the jobs that wait, by what they have the device do."""
        return ((work, len(keys)) for work, keys in self._works.items())

    def first(self, count: int) -> list[Job]:
        """Return the next jobs, at most so many."""
        return [self._jobs[key[2]] for key in islice(self._order, count)]

    def of_all(self) -> Sequence[Key]:
        return self._order

    def of_member(self, user_id: int) -> Sequence[Key]:
        return self._members.keys(user_id)

    def jobs_of(self, user_id: int) -> list[Job]:
        return [self._jobs[key[2]] for key in self._members.keys(user_id)]

    def of_guild(self, guild_id: int | None) -> Sequence[Key]:
        return self._guilds.keys(guild_id)

    # --- inside ---

    def _next_turn(self, user_id: int) -> int:
        """Return the first turn a member has not had and has no job waiting for."""
        turn = self._turn or (self._order[0][0] if self._order else 1)
        turn += user_id in self._served
        keys = self._members.keys(user_id)
        return max(turn, keys[-1][0] + 1) if keys else turn

    def _add(self, job: Job) -> None:
        key = _key(job)
        self._jobs[job.id] = job
        self._order.add(key)
        self._members.add(job.user_id, key)
        self._guilds.add(job.guild_id, key)
        self._works.add(work_of(job), key)

    def _take(self, job_id: str) -> Job:
        job = self._jobs.pop(job_id)
        key = _key(job)
        self._queue.discard(key)
        self._order.remove(key)
        self._members.remove(job.user_id, key)
        self._guilds.remove(job.guild_id, key)
        self._works.remove(work_of(job), key)
        return job

    def _move(self, job: Job, turn: int) -> Job:
        may_run = self.hold(job.id) is not None
        job = structs.replace(self._take(job.id), turn=turn)
        self._add(job)
        if may_run:
            self._queue.add(_key(job))
        return job


class _Groups(Generic[Group]):
    """Keys in order, by something their jobs have in common; an empty group takes no memory."""

    def __init__(self) -> None:
        self._groups: dict[Group, SortedList[Key]] = {}

    def keys(self, group: Group) -> Sequence[Key]:
        return self._groups.get(group, ())

    def items(self) -> Iterator[tuple[Group, SortedList[Key]]]:
        return iter(self._groups.items())

    def add(self, group: Group, key: Key) -> None:
        if group not in self._groups:
            self._groups[group] = SortedList()
        self._groups[group].add(key)

    def remove(self, group: Group, key: Key) -> None:
        keys = self._groups[group]
        keys.remove(key)
        if not keys:
            del self._groups[group]


def _key(job: Job) -> Key:
    return job.turn, job.created_at, job.id
