"""The people watching: each gets the events they may see, in order, over their own queue."""

import asyncio
from collections.abc import Collection, Generator
from contextlib import contextmanager

from bot.emulator.wire import Payload


class Audience:
    """Who is subscribed, by user id."""

    def __init__(self) -> None:
        self._queues: dict[int, set[asyncio.Queue[Payload]]] = {}

    @contextmanager
    def subscribe(self, user_id: int) -> Generator[asyncio.Queue[Payload]]:
        queue: asyncio.Queue[Payload] = asyncio.Queue()
        self._queues.setdefault(user_id, set()).add(queue)
        try:
            yield queue
        finally:
            self._queues[user_id].discard(queue)

    @property
    def present(self) -> Collection[int]:
        """The ids of the users who are watching."""
        return tuple(user_id for user_id, queues in self._queues.items() if queues)

    def tell(self, user_ids: Collection[int], event: Payload) -> None:
        for user_id in user_ids:
            for queue in self._queues.get(user_id, ()):
                queue.put_nowait(event)

    def tell_all(self, event: Payload) -> None:
        self.tell(tuple(self._queues), event)
