"""The queue: members take turns, a restart keeps the order, and each job is reachable by its id."""

import asyncio
import itertools
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import structs

from bot.jobs.estimates import work_of
from bot.jobs.job import Job
from bot.jobs.queue import FairQueue
from tests.bot.jobs import make_job


def job_of(member: int, job_id: str, created_at: float) -> Job:
    return make_job(job_id, user_id=member, guild_id=member % 2, created_at=created_at)


def queue_of(*asked: tuple[int, str]) -> FairQueue:
    """Return a queue of jobs that were asked for by (member, id), in this order."""
    queue = FairQueue()
    for moment, (member, job_id) in enumerate(asked):
        queue.put_nowait(job_of(member, job_id, float(moment)))
    return queue


def order(queue: FairQueue) -> str:
    return "".join(job.id for job in queue.first(99))


def test_members_take_turns() -> None:
    queue = queue_of((1, "a"), (1, "b"), (1, "c"), (2, "x"), (2, "y"), (3, "n"))
    assert order(queue) == "axnbyc"
    assert [queue.place(job_id) for job_id in "axnbyc"] == [0, 1, 2, 3, 4, 5]


def test_who_has_had_a_turn_waits_for_those_who_have_not() -> None:
    queue = queue_of((1, "a"), (1, "b"))
    queue.get_nowait()
    queue.put_nowait(job_of(2, "x", 10.0))
    queue.put_nowait(job_of(1, "c", 11.0))
    queue.put_nowait(job_of(3, "n", 12.0))
    assert order(queue) == "xnbc"


def test_later_jobs_of_a_member_move_up_when_one_is_removed() -> None:
    queue = queue_of((1, "a"), (1, "b"), (1, "c"), (2, "x"), (2, "y"))
    removed = queue.remove("a")
    assert removed is not None
    assert removed.job.id == "a"
    assert [(job.id, job.turn) for job in removed.moved] == [("b", 1), ("c", 2)]
    assert queue.remove("a") is None
    assert order(queue) == "bxcy"


def test_a_reserved_or_held_job_keeps_its_place_and_waits() -> None:
    queue = FairQueue()
    reserved = queue.reserve(job_of(1, "a", 0.0))
    queue.put_nowait(job_of(2, "x", 1.0))
    assert (queue.place("a"), len(queue), queue.qsize()) == (0, 2, 1)
    assert queue.hold("a") is None
    assert queue.get_nowait().id == "x"
    queue.put_nowait(reserved)
    assert queue.hold("a") is not None
    assert queue.empty()
    queue.put_nowait(reserved)
    assert queue.get_nowait() == reserved


def test_a_job_that_is_tried_again_is_the_next() -> None:
    queue = queue_of((1, "a"), (2, "x"), (3, "n"))
    queue.put_nowait(queue.get_nowait())
    assert order(queue) == "axn"


async def test_a_consumer_sleeps_on_after_the_only_job_was_removed() -> None:
    queue = FairQueue()
    consumer = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait(make_job("a"))
    queue.remove("a")
    queue.put_nowait(make_job("b"))
    assert (await consumer).id == "b"


class FairQueueMachine(RuleBasedStateMachine):
    """Any sequence of calls: what waits is what should, in turns, and a newcomer is not delayed."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue()
        self.rows: dict[str, Job] = {}
        """What waits, as the store would have it."""
        self.may_run: set[str] = set()
        self.taken: list[Job] = []
        self.numbers = itertools.count(1)
        self.delays: dict[str, Counter[int]] = {}
        """By a newcomer's job: how many of each other member it has had to wait for."""

    def accept(self, member: int, steps: int) -> Job:
        number = next(self.numbers)
        job = job_of(member, f"j{number}", float(number))
        request = structs.replace(job.request, num_inference_steps=steps)
        job = self.queue.reserve(structs.replace(job, request=request))
        self.rows[job.id] = job
        return job

    def start(self, job: Job) -> None:
        self.queue.put_nowait(job)
        self.may_run.add(job.id)

    @rule(member=st.integers(1, 3), steps=st.integers(2, 3), starts=st.booleans())
    def a_member_asks(self, member: int, steps: int, starts: bool) -> None:
        job = self.accept(member, steps)
        if starts:
            self.start(job)

    @rule()
    def a_newcomer_asks(self) -> None:
        number = next(self.numbers)
        job = self.accept(100 + number, 2)
        self.start(job)
        running = [last for last in self.taken[-1:] if last.turn >= job.turn]
        self.delays[job.id] = Counter(last.user_id for last in running)

    @rule(data=st.data())
    @precondition(lambda self: self.may_run != set(self.rows))
    def one_that_was_reserved_or_held_starts(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(set(self.rows) - self.may_run)))
        self.start(self.rows[job_id])

    @rule()
    @precondition(lambda self: self.may_run)
    def the_next_is_taken(self) -> None:
        job = self.queue.get_nowait()
        assert job.id == next(row.id for row in self.sorted_rows() if row.id in self.may_run)
        assert job == self.rows.pop(job.id)
        self.may_run.remove(job.id)
        self.taken.append(structs.replace(job, attempts=job.attempts + 1))
        self.delays.pop(job.id, None)
        for newcomer, delays in self.delays.items():
            if job.turn >= self.rows[newcomer].turn and not job.attempts:
                delays[job.user_id] += 1
                assert delays[job.user_id] <= 1, f"{newcomer} waits for two of one member"

    @rule()
    @precondition(lambda self: self.taken and self.taken[-1].id not in self.rows)
    def the_last_one_is_tried_again(self) -> None:
        job = self.taken[-1]
        self.start(job)
        self.rows[job.id] = job

    @rule(data=st.data())
    @precondition(lambda self: self.may_run)
    def one_is_held(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.may_run)))
        assert self.queue.hold(job_id) == self.rows[job_id]
        self.may_run.remove(job_id)
        self.delays.pop(job_id, None)  # whoever does not want to run may be overtaken

    @rule(data=st.data(), steps=st.integers(2, 3))
    @precondition(lambda self: self.rows)
    def one_becomes_another(self, data: st.DataObject, steps: int) -> None:
        old = self.rows[data.draw(st.sampled_from(sorted(self.rows)))]
        request = structs.replace(old.request, num_inference_steps=steps)
        new = self.queue.replace(structs.replace(old, request=request, turn=0))
        assert new == structs.replace(old, request=request)
        self.rows[old.id] = new

    @rule(data=st.data())
    @precondition(lambda self: self.rows)
    def one_is_removed(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.rows)))
        removed = self.queue.remove(job_id)
        assert removed is not None
        assert removed.job == self.rows.pop(job_id)
        mine = [row for row in self.sorted_rows() if row.user_id == removed.job.user_id]
        later = [row.id for row in mine if row.turn > removed.job.turn and not removed.job.attempts]
        assert [job.id for job in removed.moved] == later
        self.rows.update({job.id: job for job in removed.moved})
        self.may_run.discard(job_id)
        self.taken = [job for job in self.taken if job.id != job_id]
        self.delays.pop(job_id, None)

    @rule(running=st.booleans())
    def the_bot_is_restarted(self, running: bool) -> None:
        if running and self.taken and self.taken[-1].id not in self.rows:
            self.rows[self.taken[-1].id] = self.taken[-1]
        self.taken = []
        self.queue = FairQueue()
        for job in sorted(self.rows.values(), key=lambda job: job.created_at):
            self.start(job)

    def sorted_rows(self) -> list[Job]:
        return sorted(self.rows.values(), key=lambda job: (job.turn, job.created_at))

    @invariant()
    def the_queue_agrees_with_the_rows(self) -> None:
        rows = self.sorted_rows()
        assert self.queue.first(len(rows) + 1) == rows
        assert (len(self.queue), self.queue.qsize()) == (len(rows), len(self.may_run))
        for place, row in enumerate(rows):
            assert self.queue.place(row.id) == place
            ahead = Counter(work_of(other) for other in rows[:place])
            assert Counter(dict(self.queue.ahead(row.id))) == ahead
        for member in {row.user_id for row in rows} | {1, 2, 3}:
            mine = [row.id for row in rows if row.user_id == member]
            assert [job_id for _, _, job_id in self.queue.of_member(member)] == mine
        for guild in (0, 1):
            assert len(self.queue.of_guild(guild)) == sum(row.guild_id == guild for row in rows)

    @invariant()
    def a_member_has_one_job_a_turn(self) -> None:
        turns = Counter((row.user_id, row.turn) for row in self.rows.values())
        assert all(count == 1 for count in turns.values())


TestFairQueue = FairQueueMachine.TestCase
TestFairQueue.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, derandomize=True
)
