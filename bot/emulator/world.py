"""Everything there is on this local Discord, found by id or by name."""

from bot.emulator import permissions
from bot.emulator.clock import Clock
from bot.emulator.entities import (
    Application,
    Attachment,
    Channel,
    ChannelType,
    Context,
    Guild,
    Message,
    Role,
    User,
)
from bot.emulator.permissions import Permission
from bot.emulator.snowflakes import Snowflakes


class World:
    """Everything there is, found by id."""

    def __init__(self, application: Application, clock: Clock) -> None:
        self.clock = clock
        self.application = application
        self.users = {user.id: user for user in (application.bot, application.owner)}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}
        self.nonces: dict[tuple[int, str], Message] = {}
        """What an author sent with which nonce, last."""
        self._snowflakes = Snowflakes(clock.now, after=application.owner.id)

    @property
    def bot(self) -> User:
        return self.application.bot

    def now(self) -> float:
        """Unix seconds."""
        return self.clock.now()

    def new_id(self) -> int:
        return self._snowflakes.next()

    def humans(self) -> list[User]:
        return [user for user in self.users.values() if not user.bot]

    def bot_guilds(self) -> list[Guild]:
        return [guild for guild in self.guilds.values() if self.bot.id in guild.members]

    def bot_is_in(self, channel: Channel) -> bool:
        """Whether the bot itself is there, and not only somebody's installation of its app."""
        if channel.guild is None:
            return self.bot.id in channel.recipient_ids
        return self.bot.id in channel.guild.members

    def context_of(self, channel: Channel) -> Context:
        if channel.guild is not None:
            return Context.GUILD
        return Context.BOT_DM if self.bot_is_in(channel) else Context.PRIVATE_CHANNEL

    def can_reach(self, user: User) -> bool:
        """Whether the bot may write to a user: in a guild together, or installed by the user."""
        return user.has_installed or any(user.id in g.members for g in self.bot_guilds())

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

    def add_channel(
        self,
        guild: Guild,
        name: str,
        topic: str | None = None,
        kind: ChannelType = ChannelType.GUILD_TEXT,
    ) -> Channel:
        position = len(self.channels)
        channel = Channel(self.new_id(), kind, name, guild, topic=topic, position=position)
        self.channels[channel.id] = channel
        return channel

    def add_thread(
        self,
        parent: Channel,
        name: str,
        *,
        starter: Message | None = None,
        owner: User | None = None,
    ) -> Channel:
        """Make a public thread, which is the guild owner's; one of a message has its id."""
        assert parent.guild is not None, "threads are in guilds"
        thread_id = self.new_id() if starter is None else starter.id
        announces = parent.type is ChannelType.GUILD_ANNOUNCEMENT
        thread = Channel(
            thread_id,
            ChannelType.ANNOUNCEMENT_THREAD if announces else ChannelType.PUBLIC_THREAD,
            name,
            parent.guild,
            parent=parent,
            owner_id=parent.guild.owner_id if owner is None else owner.id,
        )
        self.channels[thread.id] = thread
        return thread

    def private_channel(self, *users: User) -> Channel:
        """A new conversation without the bot: of two a direct one, of more a group."""
        kind = ChannelType.DM if len(users) == 2 else ChannelType.GROUP_DM
        name = "-".join(user.username for user in users)
        recipients = frozenset(user.id for user in users)
        channel = Channel(self.new_id(), kind, name, recipient_ids=recipients)
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
