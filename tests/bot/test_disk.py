"""The disk guard: holds back while there is no room, goes on when there is, tells both once."""

import asyncio
from pathlib import Path

from bot.disk import DiskGuard

MORE_THAN_THERE_IS = 2**62


async def test_nothing_waits_while_there_is_room(tmp_path: Path) -> None:
    told: list[bool] = []
    guard = DiskGuard(tmp_path, told.append, min_free=1)
    await guard.wait_for_room()
    assert guard.has_room()
    assert told == []


async def test_a_full_disk_is_waited_for_and_told_once(tmp_path: Path) -> None:
    full, freed = asyncio.Event(), asyncio.Event()
    told: list[bool] = []

    def on_change(room: bool) -> None:
        told.append(room)
        (freed if room else full).set()

    guard = DiskGuard(tmp_path, on_change, min_free=MORE_THAN_THERE_IS, interval=0)
    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(guard.watch())
        waiting = tasks.create_task(guard.wait_for_room())
        await full.wait()
        assert not waiting.done()
        guard.min_free = 1
        await waiting
        await freed.wait()
        watch.cancel()
    assert told == [False, True]


async def test_a_disk_that_is_gone_has_no_room(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    told: list[bool] = []
    guard = DiskGuard(folder, told.append, min_free=1)
    assert not guard.has_room()
    folder.mkdir()
    assert guard.has_room()
    assert told == [False, True]
