"""Allowances: which one counts, what is charged, and when there is more; each charge once."""

from pathlib import Path

import pytest

from bot.errors import Refusal
from bot.jobs.allowance import (
    WINDOW,
    Account,
    Allowance,
    allowance_of,
    device_seconds,
    used_seconds,
)
from bot.jobs.job import Job, JobState
from bot.jobs.rules import GuildRules
from bot.jobs.store import open_store
from generator import Completed, Stage
from tests.bot.jobs import make_job

NOW = 10 * WINDOW
STAGES: dict[Stage, float] = {
    "loading": 90.0,
    "encoding_prompt": 1.0,
    "denoising": 20.0,
    "decoding": 4.0,
    "encoding": 7.0,
}


def clip(seconds: dict[Stage, float]) -> Completed:
    return Completed(
        id="abcde",
        path="x",
        width=1,
        height=1,
        num_frames=1,
        fps=1,
        size_bytes=1,
        seconds=seconds,
    )


def posted(job_id: str = "abcde", at: float = NOW, clips: int = 1) -> Job:
    more = (clip(STAGES),) * (clips - 1)
    return make_job(
        job_id, state=JobState.POSTED, completed=clip(STAGES), more=more, finished_at=at
    )


def test_the_best_of_a_members_roles_counts_and_a_moderators_word_before_it() -> None:
    rules = GuildRules(allowance=60.0, role_allowances={5: 30.0, 6: 600.0, 7: 9_000.0})
    assert allowance_of(rules, {1}, None) == Allowance(60.0)
    assert allowance_of(rules, {1, 5, 6}, None) == Allowance(600.0, role_id=6)
    assert allowance_of(rules, {5}, None) == Allowance(30.0, role_id=5)
    assert allowance_of(rules, {6}, 0.0) == Allowance(0.0, personal=True)
    assert allowance_of(GuildRules(), {6}, None) is None


def test_loading_a_model_and_writing_the_file_are_not_charged_and_every_clip_is() -> None:
    assert device_seconds(posted(clips=3)) == 3 * 25.0
    assert device_seconds(make_job(completed=clip({}))) == 0


@pytest.mark.parametrize(
    ("needed", "promised", "words"),
    [
        (10.0, 0.0, None),
        (0.0, 39.0, None),
        (41.0, 0.0, "You have 40 s of device time left"),
        (41.0, 0.0, f"There is more <t:{round(NOW - 50 + WINDOW)}:R>"),
        (10.0, 31.0, "Beside your videos that wait or are being made, 9 s"),
        (0.0, 40.0, "take what is left"),
        (101.0, 0.0, "takes about 101 s .* your allowance on this server is 100 s"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_is_left_and_when_there_is_more(
    needed: float, promised: float, words: str | None
) -> None:
    account = Account(Allowance(100.0), [(NOW - 50, 20.0), (NOW - 10, 40.0)])
    if words is None:
        return account.check(needed, promised)
    with pytest.raises(Refusal, match=words):
        account.check(needed, promised)
    return None


def test_what_is_needed_is_free_once_enough_of_the_oldest_is_a_day_old() -> None:
    account = Account(Allowance(100.0), [(1.0, 60.0), (2.0, 50.0)])
    assert account.left() == 0
    assert account.free_at(50.0) == 1.0 + WINDOW
    assert account.free_at(51.0) == 2.0 + WINDOW
    assert Account(Allowance(0.0), []).free_at(0.0) is None


async def test_a_job_is_charged_once_however_often_its_end_is_stored(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        await store.save_job(make_job(completed=clip(STAGES), state=JobState.ENCODED))
        assert await store.usage(1, 2, NOW) == []
        for _ in range(2):
            await store.save_job(posted())
    async with open_store(tmp_path / "db") as store:  # killed before its last words: stored again
        await store.save_job(posted())
        assert await store.usage(1, 2, NOW) == [(NOW, 25.0)]
        assert await store.usage(1, 3, NOW) == []
        assert await store.usage(1, 2, NOW + WINDOW) == []
        await store.save_job(make_job("other", completed=clip(STAGES), state=JobState.FAILED))
        assert used_seconds(await store.usage(1, 2, NOW)) == 25.0


async def test_a_refund_is_for_good(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db") as store:
        assert await store.refund("abcde") == 0
        await store.save_job(posted())
        assert await store.refund("abcde") == 25.0
        assert await store.refund("abcde") == 0
        await store.save_job(posted())
        assert await store.usage(1, 2, NOW) == []


async def test_a_charge_is_forgotten_once_no_allowance_counts_it(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db.sqlite3") as store:
        await store.save_job(posted("older", at=NOW - WINDOW))
        await store.save_job(posted("newer", at=NOW - 1))
        await store.forget_usage(NOW)
        assert [at for at, _ in await store.usage(1, 2, NOW)] == [NOW - 1]
        assert await store.refund("older") == 0
        assert await store.refund("newer") > 0
