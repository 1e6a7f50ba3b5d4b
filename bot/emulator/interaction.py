"""One act of one user: a command, a press, a form; and what became of it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import IntEnum

from bot.emulator.entities import Channel, Message, MessageType, User
from bot.emulator.wire import Payload


class InteractionType(IntEnum):
    """What somebody did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(IntEnum):
    """How a bot may answer first."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False)
class Interaction:
    """One act of one user, and what became of it.

    `source` is the message whose component was used; `opener` is the interaction that opened a
    submitted modal; `response_id` is the message that "@original" stands for.
    """

    id: int
    type: InteractionType
    user: User
    channel: Channel
    data: Payload
    created_at: float
    source: Message | None = None
    opener: Interaction | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    callback: CallbackType | None = None
    response_id: int | None = None
    modal: Payload | None = None
    failed: bool = False
    followups: int = 0
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    choices: list[Payload] = field(default_factory=list[Payload])

    @property
    def command_name(self) -> str | None:
        """The full name of the command behind this, subcommands included."""
        if self.opener is not None:
            return self.opener.command_name
        if self.type is not InteractionType.COMMAND:
            return None
        names, options = [self.data["name"]], self.data.get("options", [])
        while options and options[0]["type"] in (1, 2):
            names.append(options[0]["name"])
            options = options[0].get("options", [])
        return " ".join(names)

    @property
    def answer_type(self) -> MessageType:
        """The type of a message that answers this."""
        if self.source is not None:
            return MessageType.REPLY
        command = self.data if self.opener is None else self.opener.data
        typed = command.get("type", 1) == 1
        return MessageType.CHAT_INPUT_COMMAND if typed else MessageType.CONTEXT_MENU_COMMAND

    @property
    def upload_limit(self) -> int:
        guild = self.channel.guild
        return max(self.user.upload_limit, guild.upload_limit if guild else 0)
