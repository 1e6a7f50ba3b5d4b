"""What people with power do to servers and channels; the bot is told by Discord's own events."""

from collections.abc import Iterable

from bot.emulator import payloads
from bot.emulator.audience import Audience
from bot.emulator.entities import (
    Channel,
    ChannelType,
    Guild,
    Member,
    Message,
    Overwrite,
    Role,
    User,
)
from bot.emulator.faults import Faults
from bot.emulator.gateway import Gateway
from bot.emulator.permissions import INVITED_BOT, Permission
from bot.emulator.sessions import Intent
from bot.emulator.wire import Payload
from bot.emulator.world import World


class Moderation:
    """Changes guilds and channels, in the world and for everybody who must know."""

    def __init__(self, world: World, gateway: Gateway, audience: Audience, faults: Faults) -> None:
        self._world = world
        self._gateway = gateway
        self._audience = audience
        self._faults = faults

    def create_channel(self, guild: Guild, name: str, kind: ChannelType) -> Channel:
        channel = self._world.add_channel(guild, name, kind=kind)
        self._tell_of(channel, "CREATE")
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """With all its messages and threads."""
        guild = _guild_of(channel)
        for thread in self._threads_of(guild):
            if thread.parent is channel:
                self.delete_channel(thread)
        del self._world.channels[channel.id]
        self._tell_of(channel, "DELETE")
        self._faults.note("channel deleted", channel.name)
        event = {"type": "channel_delete", "channel_id": str(channel.id)}
        self._audience.tell_all(event)

    def set_overwrite(
        self,
        channel: Channel,
        target: User | Role,
        *,
        allow: Permission = Permission.NONE,
        deny: Permission = Permission.NONE,
    ) -> None:
        """Make an exception in a channel for a role or a member; with neither, take it back."""
        kept = [found for found in channel.overwrites if found.target_id != target.id]
        exception = Overwrite(target.id, isinstance(target, User), allow, deny)
        channel.overwrites = kept + [exception] * bool(allow | deny)
        self._tell_of(channel, "UPDATE")
        self._faults.note("permissions changed", channel.name)

    def set_role_permissions(self, guild: Guild, role: Role, granted: Permission) -> None:
        role.permissions = granted
        described = {"guild_id": str(guild.id), "role": payloads.role(role)}
        self._dispatch("GUILD_ROLE_UPDATE", described, guild)
        self._faults.note("permissions changed", role.name)

    def set_slow_mode(self, channel: Channel, seconds: int) -> None:
        """Seconds between two messages of one person; bots are never held to it."""
        channel.slow_mode = seconds
        self._tell_of(channel, "UPDATE")
        self._faults.note("slow mode set", channel.name)

    def create_thread(
        self,
        parent: Channel,
        name: str,
        *,
        starter: Message | None = None,
        owner: User | None = None,
    ) -> Channel:
        """A public thread, as `World.add_thread` makes it."""
        thread = self._world.add_thread(parent, name, starter=starter, owner=owner)
        self._tell_of(thread, "CREATE")
        return thread

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Put a thread away; a locked one is brought back only by who may manage threads."""
        thread.locked = locked
        self._set_archived(thread, archived=True)
        self._faults.note("thread archived", thread.name)

    def unarchive(self, thread: Channel) -> None:
        self._set_archived(thread, archived=False)

    def set_premium_tier(self, guild: Guild, tier: int) -> None:
        """The boost level 0 to 3, on which the size of uploads depends."""
        guild.premium_tier = tier
        self._dispatch("GUILD_UPDATE", payloads.guild(guild), guild)
        self._faults.note("boosts changed", f"{guild.name} to level {tier}")

    def remove_bot(self, guild: Guild) -> None:
        """Kick the bot; what it wrote stays, its channels are out of its reach."""
        # told first, since events go only to bots that are there
        self._dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild)
        gone = guild.members.pop(self._world.bot.id)
        for role in [guild.roles[role_id] for role_id in gone.role_ids]:
            if role.managed:
                del guild.roles[role.id]
        self._faults.note("bot removed", guild.name)

    def invite_bot(self, guild: Guild) -> None:
        """Add the bot with the permissions that its invitation asks for."""
        role = self._world.add_role(guild, self._world.bot.global_name, INVITED_BOT, managed=True)
        guild.members[self._world.bot.id] = Member(self._world.bot, {role.id})
        described = payloads.created_guild(guild, self._world)
        # a new guild says nothing of being available again, by which clients tell the two apart
        del described["unavailable"]
        self._dispatch("GUILD_CREATE", described, guild)

    def _set_archived(self, thread: Channel, *, archived: bool) -> None:
        thread.archived = archived
        thread.archive_changed_at = self._world.now()
        self._tell_of(thread, "UPDATE")

    def _tell_of(self, channel: Channel, change: str) -> None:
        kind = "CHANNEL" if channel.parent is None else "THREAD"
        described = payloads.channel(channel, self._world)
        self._dispatch(f"{kind}_{change}", described, _guild_of(channel))

    def _threads_of(self, guild: Guild) -> Iterable[Channel]:
        channels = list(self._world.channels.values())
        return (c for c in channels if c.guild is guild and c.parent is not None)

    def _dispatch(self, event: str, data: Payload, guild: Guild) -> None:
        if self._world.bot.id in guild.members:
            self._gateway.dispatch(event, data, guild_id=guild.id, needs=Intent.GUILDS)


def _guild_of(channel: Channel) -> Guild:
    assert channel.guild is not None, "nobody moderates a direct message"
    return channel.guild
