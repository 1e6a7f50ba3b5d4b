"""The disk is full again and again, while clips are made and rows are written."""

import asyncio

from tests.faults.campaign import act
from tests.faults.small_disk import SmallDisk
from tests.faults.stage import Stage


async def fill_disk(stage: Stage, disk: SmallDisk, times: int) -> None:
    """Fill it so often, with jobs that wait and run, and kill what runs in between."""
    machine, random = stage.machine, stage.random
    for turn in range(times):
        await machine.wait_online()
        await act(stage, random.uniform(0.2, 0.8))
        disk.fill()
        stage.emulator.faults.note("disk full")
        await act(stage, random.uniform(0.5, 2.0))
        if turn % 3 == 1:
            machine.kill_generator()
        if turn % 3 == 2:
            machine.kill_bot()
        await asyncio.sleep(random.uniform(0.5, 2.0))
        disk.free()
