"""Many members who ask at the same moment, while the device is busy."""

import re
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from benchmarks.load_members import Crowd
from bot.emulator.clock import Clock
from bot.emulator.driver import Human
from bot.emulator.entities import Message
from bot.emulator.server import Emulator
from bot.jobs.job import Job, JobState
from bot.jobs.store import open_store
from bot.settings import Settings
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import ask, status_says

_MEMBERS, _EACH = 20, 5
_ASKED = _MEMBERS * _EACH
_OF_ONE, _OF_ALL = 4, 70
"""The caps."""
_PLACE = re.compile(r"#(?P<job>\w{5}).*Place \*\*(?P<number>\d+) of (?P<total>\d+)\*\*", re.DOTALL)


class StoppedClock(Clock):
    """On a busy machine no answer shall come too late: that is for the benchmark to tell."""

    def __init__(self) -> None:
        super().__init__()
        self._began = super().now()

    def now(self) -> float:
        return self._began

    def call_later(self, delay: float, ring: Callable[..., object], *args: object) -> None:
        """Never call back."""


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with local_discord(clock=StoppedClock()) as emulator:
        yield emulator


@pytest.fixture
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human


async def burst(emulator: Emulator, you: Human, settings: Settings) -> list[Message]:
    """Let each member ask five times at once, and return the answers."""
    crowd = Crowd(emulator, _MEMBERS)
    async with running_bot(settings, you, plain=True):
        await status_says(you, await ask(you, "endless"), "Denoising: step")
        with busy_device():
            channel = emulator.world.channel_named("videos")
            earlier = set(channel.messages)
            await crowd.ask_within(_ASKED, 0.0)
            return [message for message in channel.history() if message.id not in earlier]


async def left_waiting(settings: Settings) -> list[Job]:
    """Return the jobs that a bot left behind, in the order in which they would be made."""
    async with open_store(settings.database_path) as store:
        jobs = await store.unfinished_jobs()
    queued = (job for job in jobs if job.state is JobState.QUEUED)
    return sorted(queued, key=lambda job: (job.turn, job.created_at, job.id))


async def test_who_ask_at_the_same_moment_are_answered_once_in_fair_order_and_within_the_caps(
    emulator: Emulator, you: Human, tmp_path: Path
) -> None:
    settings = bot_settings(
        emulator, tmp_path, max_waiting_per_user=_OF_ONE, max_waiting_per_guild=_OF_ALL
    )
    answers = await burst(emulator, you, settings)
    asked = {(message.interaction_metadata or {})["id"] for message in answers}
    assert len(asked) == len(answers) == _ASKED

    refused = [message.content for message in answers if message.seen_only_by is not None]
    assert len(refused) == _ASKED - _OF_ALL
    assert all(re.search("as many as one (member|server) may have", text) for text in refused)

    jobs = await left_waiting(settings)
    order = {job.id: number for number, job in enumerate(jobs, start=2)}  # 1 is on the device
    assert len(order) == _OF_ALL
    turns: dict[int, list[int]] = {}
    for job in jobs:
        turns.setdefault(job.user_id, []).append(job.turn)
    first = jobs[0].turn
    for of_one in turns.values():
        assert len(of_one) <= _OF_ONE
        assert of_one == list(range(first, first + len(of_one)))

    places = [place for message in answers if (place := _PLACE.search(message.content))]
    assert {place["job"] for place in places} == set(order)
    for place in places:
        number, total, final = int(place["number"]), int(place["total"]), order[place["job"]]
        assert 2 <= number <= min(final, total)
        assert number == final or total <= _OF_ALL  # who was told last was told the final place
    assert max(int(place["total"]) for place in places) == _OF_ALL + 1
