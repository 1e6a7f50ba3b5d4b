"""Members at the keyboard, in the process of the local Discord."""

import asyncio
import itertools
import time
from dataclasses import dataclass

from bot.emulator.entities import Member
from bot.emulator.human.acts import Acts
from bot.emulator.human.requests import CommandUse
from bot.emulator.interaction import CallbackType, Interaction
from bot.emulator.server import Emulator


@dataclass(frozen=True)
class Answer:
    """What came of a /video: seconds until the first answer, and whether that was a place."""

    seconds: float
    has_place: bool


class Crowd:
    """Members of the first server, who ask in turn, each for something else."""

    def __init__(self, emulator: Emulator, size: int) -> None:
        world = emulator.world
        guild = next(iter(world.guilds.values()))
        users = [world.add_user(f"member{n}", f"Member {n}", "#5865f2") for n in range(size)]
        guild.members.update((user.id, Member(user)) for user in users)
        self._members = itertools.cycle(users)
        self._channel = world.channel_named("videos")
        self._acts = Acts(emulator.core)
        self._numbers = itertools.count()

    async def ask(self) -> Answer:
        """Use /video and wait for the first answer, or for Discord to give up after 3 seconds."""
        use = CommandUse(
            user_id=str(next(self._members).id),
            channel_id=str(self._channel.id),
            name="video",
            options=[{"name": "prompt", "value": f"a red circle, take {next(self._numbers)}"}],
        )
        began = time.perf_counter()
        interaction = self._acts.use_command(use)
        await interaction.settled.wait()
        return Answer(time.perf_counter() - began, self._has_place(interaction))

    async def ask_singly(self, count: int) -> list[Answer]:
        """Ask for each when the one before is answered."""
        return [await self.ask() for _ in range(count)]

    async def ask_steadily(self, count: int, at_once: int) -> list[Answer]:
        """Have so many without an answer all the time."""
        each = count // at_once
        async with asyncio.TaskGroup() as tasks:
            asking = [tasks.create_task(self.ask_singly(each)) for _ in range(at_once)]
        return [answer for task in asking for answer in task.result()]

    async def ask_within(self, count: int, seconds: float) -> list[Answer]:
        """Ask so often at equal distances, whether the answers come or not."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            asking: list[asyncio.Task[Answer]] = []
            for number in range(count):
                await asyncio.sleep(began + number * seconds / count - time.monotonic())
                asking.append(tasks.create_task(self.ask()))
        return [task.result() for task in asking]

    def _has_place(self, interaction: Interaction) -> bool:
        message = self._channel.messages.get(interaction.response_id or 0)
        if message is None or interaction.callback is not CallbackType.MESSAGE:
            return False
        return message.seen_only_by is None
