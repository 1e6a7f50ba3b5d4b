"""Several clips of one job: their seeds, their files, and each as a job of its own."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.delivery.places import share_of
from bot.jobs.job import Job, JobState
from bot.jobs.several import NAME, clip_of, next_request, request_of, split_name
from bot.jobs.store import open_store
from tests.bot.jobs import make_completed, make_job

LAST_SEED = 2**32 - 1


def with_seeds(seed: int, *, variations: int, **changes: Any) -> Job:
    job = make_job("k7m2p", variations=variations)
    request = msgspec.structs.replace(job.request, seed=seed, **changes)
    return msgspec.structs.replace(job, request=request)


def test_each_clip_has_the_next_seed_and_files_of_its_own() -> None:
    job = with_seeds(LAST_SEED - 1, variations=3)
    requests = [request_of(job, number) for number in (1, 2, 3)]
    assert [request.id for request in requests] == ["k7m2p", "k7m2p-2", "k7m2p-3"]
    assert [request.seed for request in requests] == [LAST_SEED - 1, LAST_SEED, 0]
    names = [Path(request.output_path).name for request in requests]
    assert names == ["k7m2p.mp4", "k7m2p-2.mp4", "k7m2p-3.mp4"]


def test_several_small_changes_of_a_clip_begin_with_its_seed() -> None:
    job = with_seeds(5, variations=2, variation_seed=9, variation_strength=0.2)
    second = request_of(job, 2)
    assert (second.seed, second.variation_seed) == (5, 10)


def test_the_next_clip_is_the_first_that_is_not_made() -> None:
    job = make_job("k7m2p", variations=2)
    assert next_request(job).id == "k7m2p"
    job = msgspec.structs.replace(job, completed=make_completed("k7m2p"))
    assert next_request(job).id == "k7m2p-2"


async def test_the_store_knows_a_clip_by_its_name(tmp_path: Path) -> None:
    completed, second = make_completed("k7m2p"), make_completed("k7m2p-2")
    job = make_job(
        "k7m2p", variations=3, state=JobState.POSTED, completed=completed, more=(second,)
    )
    async with open_store(tmp_path / "db") as store:
        await store.save_job(job)
        assert await store.job("k7m2p") == job
        clip = await store.job("k7m2p-2")
        assert clip is not None
        assert (clip.id, clip.completed, clip.variations) == ("k7m2p-2", second, 1)
        assert clip.request == request_of(job, 2)
        unmade = await store.job("k7m2p-3")
        assert unmade is not None
        assert unmade.completed is None
        assert await store.job("k7m2p-4") is None
        assert await store.job("other-1") is None


def test_the_only_clip_of_a_job_is_the_job() -> None:
    job = make_job("k7m2p")
    assert clip_of(job, 1) is job
    assert clip_of(job, 2) is None


@pytest.mark.parametrize(
    ("name", "job_id", "number"),
    [("k7m2p", "k7m2p", None), ("k7m2p-2", "k7m2p", 2), ("k7m2p-0", "k7m2p-0", None)],
)
def test_a_name_is_a_job_or_a_clip(name: str, job_id: str, number: int | None) -> None:
    assert split_name(name) == (job_id, number)


def test_buttons_take_names_and_nothing_else() -> None:
    assert re.fullmatch(NAME, "k7m2p-2")
    assert not re.fullmatch(NAME, "k7m2p-2-2")


def test_the_files_of_a_message_share_what_discord_takes_in_one_request() -> None:
    assert share_of(10 * 2**20, 1) == share_of(10 * 2**20, 2) == 10 * 2**20
    assert 4 * share_of(10 * 2**20, 4) < 25 * 2**20
