"""Jobs are made while all goes wrong: kills at random and at chosen moments, each kind of fault."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.emulator import effects
from bot.emulator.effects import afterwards
from bot.emulator.faults import Fault
from tests.faults.kinds import Kind, upload_fault
from tests.faults.stage import Stage

_MOST_WAITING = 6
_FATAL_REQUESTS = (
    ("POST", "/interactions/*/*/callback"),
    ("POST", "/channels/*/messages"),
    ("PATCH", "/channels/*/messages/*"),
    ("GET", "/channels/*/messages"),
)
_PATIENCE = 6.0
"""Seconds to wait for a chosen moment before the bot is killed at any."""
_LAST_ROUNDS = 30


async def run_campaign(
    stage: Stage, kinds: Sequence[Kind], *, generator_kills: int, bot_kills: int
) -> None:
    """Go on until all was killed so many times, and every kind of fault has happened."""
    machine = stage.machine
    left = deque(kinds)
    at_once = max(1, -(-len(left) // max(1, bot_kills)))
    while left or machine.bot_kills < bot_kills or machine.generator_kills < generator_kills:
        await machine.wait_online()
        begun = [left.popleft() for _ in range(min(at_once, len(left)))]
        for kind in begun:
            kind.begin(stage)
        lives = max(1, bot_kills - machine.bot_kills)
        missing = max(0, generator_kills - machine.generator_kills)
        await _live(stage, -(-missing // lives))
        if machine.bot_kills < bot_kills:
            await _kill_bot(stage)
        for kind in begun:
            kind.end(stage)
    await _let_happen(stage, kinds)


async def _live(stage: Stage, generator_kills: int) -> None:
    """People ask, change and cancel, and the generator is killed so many times meanwhile."""
    random = stage.random
    goal = stage.machine.generator_kills + generator_kills
    await act(stage, random.uniform(0.2, 1.0))
    while stage.machine.generator_kills < goal:
        # some before it is ready, some in the middle of a clip
        await kill_generator(stage, random.uniform(0.1, 1.1))


async def kill_generator(stage: Stage, seconds: float) -> None:
    """Kill it after a while in which everybody is busy."""
    await act(stage, seconds)
    stage.machine.kill_generator()


async def act(stage: Stage, seconds: float) -> None:
    """Keep everybody busy for a moment that is as long as chance has it."""
    async with asyncio.timeout(seconds + 60.0):
        while len(stage.waiting()) < _MOST_WAITING and stage.random.random() < 0.9:
            stage.ask()
            await asyncio.sleep(0.01)
        _interfere(stage)
        stage.submit_forms()
        await asyncio.sleep(seconds)


def _interfere(stage: Stage) -> None:
    """Cancel or change the youngest job, now and then."""
    for job in stage.waiting()[-1:]:
        seen = stage.journal.messages[job.status_id]
        player = next(each for each in stage.players if each.user.id == job.user_id)
        action = stage.random.choices(["cancel", "change", ""], [1, 1, 8])[0]
        stage.press(player, seen, action)


async def _kill_bot(stage: Stage) -> None:
    """Kill the bot at any time, or when a certain request comes, handled or not."""
    machine, random = stage.machine, stage.random
    if random.random() < 0.3:
        await act(stage, random.uniform(0.0, 1.0))
        machine.kill_bot()
    else:
        method, path = random.choice(_FATAL_REQUESTS)
        await _kill_at(stage, method, path, handled=random.random() < 0.6)
    await machine.wait_killed()


async def _kill_at(stage: Stage, method: str, path: str, *, handled: bool) -> None:
    killed = asyncio.Event()

    async def kill(request: web.Request, handler: Handler) -> web.StreamResponse:
        if handled:
            await handler(request)
        stage.machine.kill_bot()
        killed.set()
        return web.Response()

    moment = "after" if handled else "before"
    fault = Fault(
        name=f"bot killed {moment} {method} {path}", effect=kill, method=method, path=path
    )
    stage.emulator.faults.add(fault)
    if method == "GET":  # the bot looks for what it may have posted only when it did not hear
        stage.emulator.faults.add(upload_fault("answer lost", afterwards(effects.reset)))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while not killed.is_set():
                await act(stage, 0.1)
    fault.times = 0
    if not killed.is_set():
        stage.machine.kill_bot()


async def _let_happen(stage: Stage, kinds: Sequence[Kind]) -> None:
    """Go on until every kind has happened, those once more that have not yet."""
    for _ in range(_LAST_ROUNDS):
        missing = [kind for kind in kinds if not stage.emulator.faults.counts[kind.name]]
        if not missing:
            return
        await stage.machine.wait_online()
        for kind in missing:
            kind.begin(stage)
        await act(stage, 2.0)
        for kind in missing:
            kind.end(stage)
    raise AssertionError("some kinds of fault never happened")
