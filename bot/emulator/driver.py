"""A person at the keyboard, for tests and scripts: drives the human API, waits for its events."""

# ruff: noqa: ASYNC109 - every wait is one asyncio.timeout, and callers choose how patient to be

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import msgspec

from bot.emulator.keyboard import File, as_json, command_body, modal_body
from bot.emulator.shown import Answer, Attachment, Failure, Message, Modal
from bot.emulator.wire import Payload, decode

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds to wait for an event, unless told otherwise."""
_MODAL_CALLBACK = 9


class Refused(Exception):
    """The client would not let this be sent; `errors` are (option, message) pairs."""

    def __init__(self, status: int, errors: list[tuple[str | None, str]]) -> None:
        super().__init__("; ".join(message for _, message in errors))
        self.status = status
        self.errors = errors


class Human:
    """One user in one channel; see `connect`."""

    def __init__(self, session: aiohttp.ClientSession, user: Payload, channel: Payload) -> None:
        self._session = session
        self.id: str = user["id"]
        self.username: str = user["username"]
        self.channel_id: str = channel["id"]
        self.messages: dict[str, Message] = {}
        self.commands: list[Payload] = []
        self.bot_online = False
        self._typed = False
        self._deleted: set[str] = set()
        self._answers: dict[str, Payload] = {}
        self._modals: dict[str, Modal] = {}
        self._changed = asyncio.Condition()
        self.seen: list[Message] = []
        """Every state of every message, in order."""

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, url: str, *, username: str = "you", channel: str = "videos"
    ) -> AsyncGenerator[Human]:
        """Log in and watch a channel, by its name, until the context ends."""
        async with aiohttp.ClientSession(url) as session:
            everything = await _state(session)
            user = _named(everything["users"], "username", username)
            state = await _state(session, user_id=user["id"])
            human = cls(session, user, _named(state["channels"], "name", channel))
            human.commands, human.bot_online = state["commands"], state["bot_online"]
            async with session.ws_connect(
                "/human/events", params={"user_id": human.id}, max_msg_size=0
            ) as events:
                await events.receive_json(loads=decode)
                await human._load_history()
                reader = asyncio.create_task(human._read(events))
                try:
                    yield human
                finally:
                    reader.cancel()

    async def say(self, content: str, *files: File) -> Message:
        body = {"channel_id": self.channel_id, "content": content, "attachments": as_json(files)}
        return msgspec.convert(await self._post("messages", body), Message)

    async def speak(self, locale: str) -> None:
        """Set the language of this user's client, by Discord's name of it."""
        await self._post("locale", {"locale": locale})

    async def delete(self, message: Message) -> None:
        """Delete a message, one's own or as a moderator."""
        await self._post("messages/delete", {"message_id": message.id})

    async def react(self, message: Message, emoji: str) -> None:
        """React to a message, or take that back."""
        await self._post("messages/react", {"message_id": message.id, "emoji": emoji})

    async def command(self, name: str, /, **options: Any) -> str:
        """Use a command, subcommands after spaces; gives the interaction's id."""
        body = command_body(name, options)
        return await self._start("command", {**body, "channel_id": self.channel_id})

    async def use_on(self, target: Message | str, name: str) -> str:
        """Use a context menu command on a message, or a user by id; gives the interaction's id."""
        target_id = target.id if isinstance(target, Message) else target
        body = {"name": name, "target_id": target_id, "channel_id": self.channel_id}
        return await self._start("command", body)

    async def choices(self, name: str, /, *, focused: str, **options: Any) -> list[Payload]:
        """What autocomplete offers for the option being typed."""
        body = {**command_body(name, options, focused=focused), "channel_id": self.channel_id}
        return (await self._post("interactions/autocomplete", body))["choices"]

    async def click(self, message: Message, button: str) -> str:
        """Press a button by its label or custom id; gives the interaction's id."""
        labelled = self.messages.get(message.id, message).buttons.get(button)
        custom_id = button if labelled is None else labelled["custom_id"]
        return await self._component(message, custom_id, [])

    async def select(self, message: Message, custom_id: str, *values: str) -> str:
        """Pick from a menu; gives the interaction's id."""
        return await self._component(message, custom_id, list(values))

    async def submit(self, modal: Modal, values: Mapping[str, Any]) -> str:
        """Fill in a modal by custom id and send it; gives the interaction's id."""
        return await self._start("modal", modal_body(modal, values))

    async def answer(self, interaction: str, *, timeout: float = PATIENCE) -> Answer:
        """The bot's first answer as it stands now, or the failure that Discord shows."""
        event = await self._until(lambda: self._answers.get(interaction), timeout)
        if event["type"] == "interaction_failed":
            return Failure(event["reason"])
        if event["callback_type"] == _MODAL_CALLBACK:
            return await self._until(lambda: self._modals.get(interaction), timeout)
        message_id = event["message_id"]
        return await self._until(lambda: self.messages.get(message_id), timeout)

    async def reply(self, interaction: str, *, timeout: float = PATIENCE) -> Message:
        """The message that answers, once it is no longer "thinking"."""
        answer = await self.answer(interaction, timeout=timeout)
        assert isinstance(answer, Message), answer
        if not answer.loading:
            return answer
        return await self.wait_for(
            lambda message: message.id == answer.id and not message.loading, timeout=timeout
        )

    async def modal(self, interaction: str, *, timeout: float = PATIENCE) -> Modal:
        """The modal that answers."""
        answer = await self.answer(interaction, timeout=timeout)
        assert isinstance(answer, Modal), answer
        return answer

    async def wait_for(
        self, matches: Callable[[Message], bool], *, timeout: float = PATIENCE
    ) -> Message:
        """The first message state that matches, among those seen so far and those to come."""

        def found() -> Message | None:
            return next((message for message in self.seen if matches(message)), None)

        return await self._until(found, timeout)

    async def wait_deleted(self, message_id: str, *, timeout: float = PATIENCE) -> None:
        await self._until(lambda: message_id in self._deleted or None, timeout)

    async def wait_typing(self, *, timeout: float = PATIENCE) -> None:
        """Until anybody has begun to type."""
        await self._until(lambda: self._typed or None, timeout)

    async def wait_bot_online(self, *, timeout: float = PATIENCE) -> None:
        """Until the bot is connected and has registered commands."""
        await self._until(lambda: (self.bot_online and bool(self.commands)) or None, timeout)

    async def wait_bot_offline(self, *, timeout: float = PATIENCE) -> None:
        await self._until(lambda: not self.bot_online or None, timeout)

    async def download(self, attachment: Attachment) -> bytes:
        async with self._session.get(attachment.url) as response:
            response.raise_for_status()
            return await response.read()

    async def _component(self, message: Message, custom_id: str, values: list[str]) -> str:
        body = {"message_id": message.id, "custom_id": custom_id, "values": values}
        return await self._start("component", body)

    async def _start(self, kind: str, body: Payload) -> str:
        return (await self._post(f"interactions/{kind}", body))["interaction_id"]

    async def _post(self, path: str, body: Payload) -> Payload:
        """Raises `Refused`."""
        body = {**body, "user_id": self.id}
        async with self._session.post(f"/human/{path}", json=body) as response:
            answer: Payload = await response.json()
        if response.status >= 400:
            faults = [(fault["option"], fault["message"]) for fault in answer["errors"]]
            raise Refused(response.status, faults)
        return answer

    async def _load_history(self) -> None:
        path = f"/human/channels/{self.channel_id}/messages"
        async with self._session.get(path, params={"user_id": self.id}) as response:
            for message in msgspec.convert(await response.json(), list[Message]):
                self._see(message)

    async def _read(self, events: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in events:
            if frame.type is aiohttp.WSMsgType.TEXT:
                self._take(decode(frame.data))
                async with self._changed:
                    self._changed.notify_all()

    def _take(self, event: Payload) -> None:
        match event["type"]:
            case "message_create" | "message_update":
                self._see(msgspec.convert(event["message"], Message))
            case "message_delete":
                self.messages.pop(event["message_id"], None)
                self._deleted.add(event["message_id"])
            case "interaction_answered" | "interaction_failed":
                self._answers[event["interaction_id"]] = event
            case "modal":
                modal = {**event["modal"], "interaction_id": event["interaction_id"]}
                self._modals[event["interaction_id"]] = msgspec.convert(modal, Modal)
            case "commands_update":
                self.commands = event["commands"]
            case "typing":
                self._typed = True
            case "bot_status":
                self.bot_online = event["online"]
            case _:
                pass

    def _see(self, message: Message) -> None:
        self.messages[message.id] = message
        self.seen.append(message)

    async def _until(self, found: Callable[[], T | None], timeout: float) -> T:
        """Raises TimeoutError when nothing is found in time."""
        async with asyncio.timeout(timeout), self._changed:
            while (result := found()) is None:
                await self._changed.wait()
            return result


async def _state(session: aiohttp.ClientSession, **query: str) -> Payload:
    async with session.get("/human/state", params=query) as response:
        return await response.json()


def _named(things: list[Payload], key: str, name: str) -> Payload:
    """Raises LookupError with the names there are."""
    for thing in things:
        if thing[key] == name:
            return thing
    raise LookupError(f"no {name!r} among {[thing[key] for thing in things]}")
