"""What a person sees: messages, modals and failures, as far as tests ask about them."""

import msgspec

from bot.emulator import components
from bot.emulator.components import ComponentType
from bot.emulator.entities import MessageFlag
from bot.emulator.wire import Payload


class Attachment(msgspec.Struct, frozen=True):
    """A file of a message."""

    id: str
    filename: str
    size: int
    url: str
    content_type: str = ""
    description: str | None = None
    width: int | None = None
    height: int | None = None


class Author(msgspec.Struct, frozen=True):
    """Who wrote a message."""

    id: str
    username: str
    global_name: str | None = None
    bot: bool = False


class Message(msgspec.Struct, frozen=True):
    """A message as Discord shows it; only what tests ask about."""

    id: str
    channel_id: str
    author: Author
    content: str
    flags: int = 0
    type: int = 0
    edited_timestamp: str | None = None
    attachments: list[Attachment] = []
    embeds: list[Payload] = []
    components: list[Payload] = []
    mentions: list[Author] = []
    interaction_metadata: Payload | None = None
    message_reference: Payload | None = None
    reactions: list[Payload] = []

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def buttons(self) -> dict[str, Payload]:
        """The buttons by label."""
        everything = [component for _, component in components.walk(self.components)]
        return {c.get("label", ""): c for c in everything if c["type"] == ComponentType.BUTTON}

    @property
    def text(self) -> str:
        """Everything to read: content, embeds, text displays."""
        shown = [c.get("content", "") for _, c in components.walk(self.components)]
        for embed in self.embeds:
            shown += [embed.get("title", ""), embed.get("description", "")]
            shown += [f"{f['name']}: {f['value']}" for f in embed.get("fields", [])]
            shown.append(embed.get("footer", {}).get("text", ""))
        return "\n".join(part for part in [self.content, *shown] if part)


class Modal(msgspec.Struct, frozen=True):
    """A form the bot opened; `interaction_id` is what to submit it for."""

    interaction_id: str
    custom_id: str
    title: str
    components: list[Payload]

    @property
    def fields(self) -> dict[str, Payload]:
        """What can be filled in, by custom id."""
        everything = [component for _, component in components.walk(self.components)]
        return {c["custom_id"]: c for c in everything if "custom_id" in c}


class Failure(msgspec.Struct, frozen=True):
    """What the client shows when the bot stayed silent."""

    reason: str


Answer = Message | Modal | Failure
