"""The disk guard: tells once that there is no room, and once that there is."""

import asyncio
from pathlib import Path

from bot.disk import DiskGuard

MORE_THAN_THERE_IS = 2**62


async def test_a_full_disk_and_room_on_it_are_told_once_each(tmp_path: Path) -> None:
    full, freed = asyncio.Event(), asyncio.Event()
    told: list[bool] = []

    def on_change(room: bool) -> None:
        told.append(room)
        (freed if room else full).set()

    guard = DiskGuard(tmp_path, on_change, min_free=1, interval=0)
    assert guard.has_room()
    assert told == []
    watch = asyncio.create_task(guard.watch())
    guard.min_free = MORE_THAN_THERE_IS
    await full.wait()
    assert not guard.has_room()
    guard.min_free = 1
    await freed.wait()
    watch.cancel()
    assert told == [False, True]


def test_a_disk_that_is_gone_has_no_room(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    told: list[bool] = []
    guard = DiskGuard(folder, told.append, min_free=1)
    assert not guard.has_room()
    folder.mkdir()
    assert guard.has_room()
    assert told == [False, True]
