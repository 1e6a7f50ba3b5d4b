"""What exists here: users, guilds, channels, messages, files and the one application."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from bot.emulator import permissions
from bot.emulator.permissions import Permission
from bot.emulator.snowflakes import Snowflakes, created_at
from bot.emulator.wire import Payload

MEBIBYTE = 1024 * 1024


class ChannelType(IntEnum):
    """The kinds of channel there are here."""

    GUILD_TEXT = 0
    DM = 1


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
    upload_limit: int = 10 * MEBIBYTE


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
    nonce: str | int | None = None
    interaction: Payload | None = None
    interaction_metadata: Payload | None = None


@dataclass(eq=False)
class Channel:
    """A text channel of a guild, or a direct conversation between two."""

    id: int
    type: ChannelType
    name: str
    guild: Guild | None = None
    topic: str | None = None
    position: int = 0
    recipient_ids: frozenset[int] = frozenset()
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


class World:
    """Everything there is, found by id."""

    def __init__(self, application: Application, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.application = application
        self.users = {user.id: user for user in (application.bot, application.owner)}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}
        self._snowflakes = Snowflakes(now, after=application.owner.id)

    @property
    def bot(self) -> User:
        return self.application.bot

    def new_id(self) -> int:
        return self._snowflakes.next()

    def humans(self) -> list[User]:
        return [user for user in self.users.values() if not user.bot]

    def bot_guilds(self) -> list[Guild]:
        return [guild for guild in self.guilds.values() if self.bot.id in guild.members]

    def user_named(self, username: str) -> User:
        """Raises KeyError for a name nobody has."""
        found = [user for user in self.users.values() if user.username == username]
        if not found:
            raise KeyError(username)
        return found[0]

    def channel_named(self, name: str) -> Channel:
        """Raises KeyError for a name no channel has."""
        found = [channel for channel in self.channels.values() if channel.name == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def add_user(self, username: str, global_name: str, avatar_color: str) -> User:
        user = User(self.new_id(), username, global_name, avatar_color)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User) -> Guild:
        guild_id = self.new_id()
        everyone = Role(guild_id, "@everyone", permissions.EVERYONE)
        guild = Guild(guild_id, name, owner.id, {guild_id: everyone})
        self.guilds[guild_id] = guild
        return guild

    def add_role(
        self, guild: Guild, name: str, granted: Permission, *, managed: bool = False
    ) -> Role:
        role = Role(self.new_id(), name, granted, position=len(guild.roles), managed=managed)
        guild.roles[role.id] = role
        return role

    def add_channel(self, guild: Guild, name: str, topic: str | None = None) -> Channel:
        position = len(self.channels)
        channel = Channel(
            self.new_id(), ChannelType.GUILD_TEXT, name, guild, topic=topic, position=position
        )
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, user: User) -> Channel:
        """The conversation between a user and the bot, opened if need be."""
        both = frozenset({user.id, self.bot.id})
        for channel in self.channels.values():
            if channel.recipient_ids == both:
                return channel
        channel = Channel(self.new_id(), ChannelType.DM, self.bot.username, recipient_ids=both)
        self.channels[channel.id] = channel
        return channel

    def find_message(self, message_id: int) -> Message | None:
        for channel in self.channels.values():
            if message_id in channel.messages:
                return channel.messages[message_id]
        return None

    def can_see(self, user_id: int, message: Message) -> bool:
        """Ephemeral messages show to one user only; the rest to who can see the channel."""
        if message.seen_only_by is not None:
            return message.seen_only_by == user_id
        return self.can_view(user_id, message.channel)

    def can_view(self, user_id: int, channel: Channel) -> bool:
        return Permission.VIEW_CHANNEL in permissions.in_channel(channel, user_id)
