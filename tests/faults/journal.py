"""All that people saw, kept: also of messages and channels that are deleted since."""

import asyncio
import re
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import msgspec

from bot.emulator.core import Core
from bot.emulator.entities import User
from bot.emulator.shown import Message, Modal
from bot.emulator.wire import Payload

_MODAL_CALLBACK = 9
_ID = re.compile(r"#([a-z0-9]{5})\b")
_WAITS = re.compile(r"🎬 \*\*#([a-z0-9]{5})\*\*")
_SEVERAL = re.compile(r"🎬 \*\*\d+ videos\*\* .*\n-# ((?:#[a-z0-9]{5}(?: · )?)+)")
_ENDS = ("✅", "⚠️", "🛑")


@dataclass
class Seen:
    """A message: at first, and as it stood last."""

    first: Message
    last: Message
    deleted: bool = False

    @property
    def clip(self) -> str | None:
        """The job whose clip it has."""
        for attachment in self.first.attachments:
            if (found := re.match(r"([a-z0-9]{5})-seed\d+\.mp4$", attachment.filename)) is not None:
                return found[1]
        return None

    @property
    def is_result(self) -> bool:
        """Whether it is the one message that tells of a new clip, and no clip shown again."""
        return self.clip is not None and f"**#{self.clip}** is ready" in self.first.content

    @property
    def is_copy(self) -> bool:
        """Whether it came directly because its member had pressed DM me."""
        return self.is_result and "Sent here because you asked for it" in self.first.content

    @property
    def is_end(self) -> bool:
        return self.is_result or self.last.content.startswith(_ENDS)


@dataclass(frozen=True)
class Accepted:
    """A job that its member was told of."""

    id: str
    user_id: int
    channel_id: int
    status_id: str
    asked_at: float
    """On the monotonic clock."""
    button: tuple[str, str] | None
    """What was pressed for it, if not a command was used: the action, and the job it was of."""
    thread_id: int | None
    """Where several videos were asked for at once: their answer, and the thread that it has."""


@dataclass(frozen=True)
class Wish:
    """An interaction that asks for a clip."""

    user_id: int
    channel_id: int
    button: tuple[str, str] | None = None
    made_at: float = field(default_factory=time.monotonic)


class Journal:
    """Reads the events of all people's clients, whenever somebody looks."""

    def __init__(self, queues: Iterable[asyncio.Queue[Payload]]) -> None:
        self._queues = list(queues)
        self._answers: dict[str, Payload] = {}
        self._messages: dict[str, Seen] = {}
        self._modals: dict[str, Modal] = {}
        self.wishes: dict[str, Wish] = {}
        """By the interaction's id."""

    @property
    def messages(self) -> dict[str, Seen]:
        """All messages there ever were, oldest first."""
        for queue in self._queues:
            while not queue.empty():
                self._take(queue.get_nowait())
        return self._messages

    def answer(self, interaction: str) -> Seen | None:
        """The message that answered an interaction."""
        messages = self.messages
        event = self._answers.get(interaction)
        return None if event is None else messages.get(event.get("message_id") or "")

    def modal(self, interaction: str) -> Modal | None:
        """The form that answered an interaction, once."""
        assert self.messages is not None
        return self._modals.pop(interaction, None)

    def accepted(self) -> dict[str, Accepted]:
        """The jobs whose members saw an answer with the job's id."""
        statuses = {
            found[1]: seen.first.id
            for seen in self.messages.values()
            if (found := _WAITS.match(seen.first.content)) is not None
        }
        jobs: dict[str, Accepted] = {}
        for interaction, wish in self.wishes.items():
            answer = self.answer(interaction)
            if answer is None or answer.first.ephemeral:
                continue
            several, ids = _ids_in(answer.first.content)
            for job_id in ids:
                jobs[job_id] = Accepted(
                    id=job_id,
                    user_id=wish.user_id,
                    channel_id=wish.channel_id,
                    status_id=statuses.get(job_id, answer.first.id),
                    asked_at=wish.made_at,
                    button=wish.button,
                    thread_id=int(answer.first.id) if several else None,
                )
        return jobs

    def ended(self) -> set[str]:
        """The jobs of which people have seen the end."""
        return {
            found[1]
            for seen in self.messages.values()
            if seen.is_end and (found := _ID.search(seen.last.content))
        }

    def _take(self, event: Payload) -> None:
        match event["type"]:
            case "message_create" | "message_update":
                message = msgspec.convert(event["message"], Message)
                seen = self._messages.setdefault(message.id, Seen(message, message))
                seen.last = message
                if message.attachments and not seen.first.attachments:  # it was "thinking" before
                    seen.first = message
            case "message_delete":
                if event["message_id"] in self._messages:
                    self._messages[event["message_id"]].deleted = True
            case "interaction_answered":
                self._answers[event["interaction_id"]] = event
            case "modal":
                modal = {**event["modal"], "interaction_id": event["interaction_id"]}
                self._modals[event["interaction_id"]] = msgspec.convert(modal, Modal)
            case _:
                pass


def _ids_in(answer: str) -> tuple[bool, list[str]]:
    """Whether an answer tells of several videos at once, and the jobs that it tells of."""
    if (several := _SEVERAL.match(answer)) is not None:
        return True, _ID.findall(several[1])
    found = _ID.search(answer)
    return False, [] if found is None else [found[1]]


@contextmanager
def kept_journal(core: Core, people: Iterable[User]) -> Generator[Journal]:
    """Watch through the eyes of these people."""
    with ExitStack() as stack:
        yield Journal(
            [stack.enter_context(core.audience.subscribe(person.id)) for person in people]
        )
