"""The bodies of the human API, typed."""

import base64
import binascii
from typing import TypeVar

import msgspec

from bot.emulator.human.refusal import refuse
from bot.emulator.wire import Payload

T = TypeVar("T")


class Deletion(msgspec.Struct, frozen=True):
    """Somebody deletes a message."""

    user_id: str
    message_id: str


class Reaction(msgspec.Struct, frozen=True):
    """Somebody reacts to a message with an emoji, or takes that back."""

    user_id: str
    message_id: str
    emoji: str


class NewLocale(msgspec.Struct, frozen=True):
    """Somebody sets their Discord client to another language."""

    user_id: str
    locale: str


class NewFile(msgspec.Struct, frozen=True):
    """A file for an attachment option or a file upload, named there by its `id`."""

    id: str
    filename: str
    data_base64: str
    content_type: str | None = None

    def data(self) -> bytes:
        try:
            return base64.b64decode(self.data_base64, validate=True)
        except binascii.Error:
            raise refuse(400, f"{self.filename} is not base64.") from None


class NewMessage(msgspec.Struct, frozen=True):
    """Somebody says something."""

    user_id: str
    channel_id: str
    content: str
    attachments: list[NewFile] = []


class CommandUse(msgspec.Struct, frozen=True):
    """Somebody uses a command, or is typing one."""

    user_id: str
    channel_id: str
    name: str
    options: list[Payload] = []
    target_id: str | None = None
    attachments: list[NewFile] = []


class ComponentUse(msgspec.Struct, frozen=True):
    """Somebody presses a button or picks from a menu."""

    user_id: str
    message_id: str
    custom_id: str
    values: list[str] = []


class ModalSubmission(msgspec.Struct, frozen=True):
    """Somebody sends a filled-in modal."""

    user_id: str
    modal_interaction_id: str
    custom_id: str
    components: list[Payload]
    attachments: list[NewFile] = []


def read(text: bytes, shape: type[T]) -> T:
    """Raises a 400 `Refusal` for a body that is not of the shape."""
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.MsgspecError as error:
        raise refuse(400, str(error)) from None
