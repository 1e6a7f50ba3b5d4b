"""What there is on Discord: users, guilds, channels, messages, files, commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from bot.emulator.permissions import Permission
from bot.emulator.snowflakes import created_at
from bot.emulator.wire import Payload

MEBIBYTE = 1024 * 1024
_USER_INSTALL = 1


class ChannelType(IntEnum):
    """The kinds of channel there are here."""

    GUILD_TEXT = 0
    DM = 1
    GUILD_VOICE = 2
    GROUP_DM = 3
    GUILD_ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    GUILD_STAGE_VOICE = 13
    GUILD_FORUM = 15


class Context(IntEnum):
    """Where an interaction happens: in a guild, with the bot alone, among people."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


class MessageType(IntEnum):
    """How a message came to be."""

    DEFAULT = 0
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    CONTEXT_MENU_COMMAND = 23


class MessageFlag(IntFlag):
    """Message flags with a meaning here."""

    NONE = 0
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(eq=False)
class User:
    """A person, or the bot."""

    id: int
    username: str
    global_name: str
    avatar_color: str
    bot: bool = False
    accepts_direct_messages: bool = True
    has_installed: bool = True
    """Whether the app is one of the user's own, too, wherever the user is."""
    upload_limit: int = 10 * MEBIBYTE
    locale: str = "en-US"
    """The language of the user's Discord client."""


@dataclass
class Role:
    """A named bundle of permissions; the role with the guild's own id is @everyone."""

    id: int
    name: str
    permissions: Permission
    position: int = 0
    managed: bool = False


@dataclass
class Member:
    """A user's membership of a guild."""

    user: User
    role_ids: set[int] = field(default_factory=set[int])

    @property
    def joined_at(self) -> float:
        return created_at(self.user.id)


@dataclass(eq=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role]
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    premium_tier: int = 0

    @property
    def upload_limit(self) -> int:
        """Bytes a file may have, by the guild's boosts."""
        return {2: 50 * MEBIBYTE, 3: 100 * MEBIBYTE}.get(self.premium_tier, 10 * MEBIBYTE)


@dataclass(frozen=True)
class Overwrite:
    """A channel's exception for a role or a member."""

    target_id: int
    is_member: bool
    allow: Permission = Permission.NONE
    deny: Permission = Permission.NONE


@dataclass(frozen=True)
class Attachment:
    """An uploaded file."""

    id: int
    channel_id: int
    filename: str
    content_type: str
    data: bytes
    description: str | None = None
    picture_size: tuple[int, int] | None = None
    ephemeral: bool = False


@dataclass(eq=False)
class Message:
    """A message as it stands now; `seen_only_by` makes it ephemeral."""

    id: int
    channel: Channel
    author: User
    type: MessageType = MessageType.DEFAULT
    content: str = ""
    embeds: list[Payload] = field(default_factory=list[Payload])
    components: list[Payload] = field(default_factory=list[Payload])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    flags: MessageFlag = MessageFlag.NONE
    mentions: list[User] = field(default_factory=list[User])
    mentions_everyone: bool = False
    edited_at: float | None = None
    seen_only_by: int | None = None
    reply_to: int | None = None
    reactions: dict[str, list[User]] = field(default_factory=dict[str, list[User]])
    """Who has reacted with an emoji, the first ones first."""
    nonce: str | int | None = None
    interaction: Payload | None = None
    interaction_metadata: Payload | None = None


@dataclass(eq=False)
class Channel:
    """A channel of a guild, a thread in one (`parent`), or a conversation of a few."""

    id: int
    type: ChannelType
    name: str
    guild: Guild | None = None
    topic: str | None = None
    position: int = 0
    recipient_ids: frozenset[int] = frozenset()
    parent: Channel | None = None
    owner_id: int | None = None
    """Who began a thread."""
    archived: bool = False
    locked: bool = False
    archive_changed_at: float | None = None
    slow_mode: int = 0
    overwrites: list[Overwrite] = field(default_factory=list[Overwrite])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])

    def history(self) -> list[Message]:
        """Oldest first."""
        return list(self.messages.values())


@dataclass
class Command:
    """An application command as the bot registered it."""

    id: int
    guild_id: int | None
    version: int
    body: Payload

    @property
    def name(self) -> str:
        return self.body["name"]

    @property
    def type(self) -> int:
        return self.body.get("type", 1)

    @property
    def is_for_users(self) -> bool:
        """Whether users can have it by their own installations of the app."""
        return _USER_INSTALL in (self.body.get("integration_types") or [])


@dataclass
class Application:
    """The bot's application and what it registered."""

    id: int
    name: str
    bot: User
    owner: User
    privileged_intents: int = 0
    commands: dict[int, Command] = field(default_factory=dict[int, Command])

    def commands_in(self, guild_id: int | None) -> list[Command]:
        return [c for c in self.commands.values() if c.guild_id == guild_id]
