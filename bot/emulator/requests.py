"""The bodies a bot sends about messages, typed; where Discord does, null differs from absent."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from bot.emulator.errors import invalid
from bot.emulator.wire import Payload

T = TypeVar("T")
Snowflake = Annotated[str, msgspec.Meta(pattern=r"^\d{1,20}$")] | int


class AllowedMentions(msgspec.Struct, frozen=True):
    """Which mentions may notify; `parse` names whole kinds."""

    parse: list[str] = []
    users: list[Snowflake] = []
    roles: list[Snowflake] = []
    replied_user: bool = False


class AttachmentEntry(msgspec.Struct, frozen=True):
    """A file of this request by its number, or one the message has by its id."""

    id: Snowflake
    filename: str | None = None
    description: str | None = None


class MessageReference(msgspec.Struct, frozen=True):
    """The message a new one replies to."""

    message_id: Snowflake
    channel_id: Snowflake | None = None
    guild_id: Snowflake | None = None
    fail_if_not_exists: bool = True
    type: int = 0


class MessageBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a message is to say, or on an edit what is to change."""

    content: str | UnsetType | None = UNSET
    embeds: list[Payload] | UnsetType | None = UNSET
    components: list[Payload] | UnsetType | None = UNSET
    attachments: list[AttachmentEntry] | UnsetType | None = UNSET
    allowed_mentions: AllowedMentions | None = None
    flags: int | None = None
    message_reference: MessageReference | None = None
    nonce: Annotated[str, msgspec.Meta(max_length=25)] | int | None = None
    enforce_nonce: bool = False
    tts: bool = False
    sticker_ids: list[Snowflake] = []
    poll: Payload | None = None


class NewThread(msgspec.Struct, frozen=True):
    """A thread that a message begins."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    auto_archive_duration: Literal[60, 1440, 4320, 10080] | None = None
    rate_limit_per_user: Annotated[int, msgspec.Meta(ge=0, le=21600)] | None = None


class ThreadChanges(msgspec.Struct, frozen=True):
    """What is to change of a thread."""

    archived: bool | None = None


class DirectChannel(msgspec.Struct, frozen=True):
    """With whom to open a conversation."""

    recipient_id: Snowflake


class Upload(msgspec.Struct, frozen=True):
    """One file part of a multipart request; `index` is the n of files[n]."""

    index: int
    filename: str
    data: bytes


class Draft(msgspec.Struct, frozen=True):
    """A message body together with the files that came with it."""

    body: MessageBody
    uploads: tuple[Upload, ...] = ()
    at: tuple[str, ...] = ()
    """Where in the request the body is, for the paths of its faults."""

    def entry_for(self, upload: Upload) -> AttachmentEntry | None:
        entries = self.body.attachments or []
        return next((entry for entry in entries if str(entry.id) == str(upload.index)), None)


def parse(body: object, shape: type[T], at: Sequence[str | int] = ()) -> T:
    """Check a decoded JSON body against a type; raises 400/50035 naming the fault."""
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        path = [step for step in where.strip("`$").replace("[", ".").split(".") if step]
        steps = [step.rstrip("]") for step in path]
        raise invalid([*at, *steps], "BASE_TYPE_BAD_TYPE", message) from None
