"""Users, guilds and channels as Discord's JSON, complete for its OpenAPI schemas."""

from bot.emulator import permissions
from bot.emulator.entities import (
    Channel,
    ChannelType,
    Guild,
    Member,
    Role,
    User,
)
from bot.emulator.snowflakes import created_at
from bot.emulator.wire import Payload, timestamp
from bot.emulator.world import World

LOCALE = "en-US"
_THREE_DAYS = 4320


def user(user: User) -> Payload:
    rendered: Payload = {
        "id": str(user.id),
        "username": user.username,
        "global_name": user.global_name,
        "discriminator": "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
    }
    if user.bot:
        rendered["bot"] = True
    return rendered


def own_user(user_: User) -> Payload:
    """The bot's view of itself."""
    return {**user(user_), "mfa_enabled": False, "locale": LOCALE, "verified": True, "email": None}


def member(member: Member) -> Payload:
    return {
        "user": user(member.user),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(role_id) for role_id in sorted(member.role_ids)],
        "joined_at": timestamp(member.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def member_in(channel: Channel, member_: Member) -> Payload:
    """The member of an interaction: with what they may do in its channel."""
    granted = permissions.in_channel(channel, member_.user.id)
    return {**member(member_), "permissions": str(int(granted))}


def role(role: Role) -> Payload:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild(guild: Guild) -> Payload:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "roles": [role(role_) for role_ in guild.roles.values()],
        "premium_tier": guild.premium_tier,
        "preferred_locale": LOCALE,
        "features": [],
        "emojis": [],
        "stickers": [],
        "afk_timeout": 300,
        "region": "",
        "max_members": 1000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_progress_bar_enabled": False,
        "premium_subscription_count": 0,
        "widget_enabled": False,
        "nsfw": False,
        **dict.fromkeys(_ZERO_IN_A_GUILD, 0),
        **dict.fromkeys(_NULL_IN_A_GUILD),
    }


_ZERO_IN_A_GUILD = (
    "default_message_notifications",
    "explicit_content_filter",
    "mfa_level",
    "nsfw_level",
    "system_channel_flags",
    "verification_level",
)
_NULL_IN_A_GUILD = (
    "afk_channel_id",
    "application_id",
    "banner",
    "description",
    "discovery_splash",
    "home_header",
    "icon",
    "incidents_data",
    "max_presences",
    "public_updates_channel_id",
    "rules_channel_id",
    "safety_alerts_channel_id",
    "splash",
    "system_channel_id",
    "vanity_url_code",
    "widget_channel_id",
)


def created_guild(guild_: Guild, world: World) -> Payload:
    """The GUILD_CREATE event; of the members only the bot itself, as without presences."""
    bot = guild_.members[world.bot.id]
    everything = [c for c in world.channels.values() if c.guild is guild_]
    channels = [c for c in everything if c.parent is None]
    threads = [c for c in everything if c.parent is not None and not c.archived]
    return {
        **guild(guild_),
        "joined_at": timestamp(bot.joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(guild_.members),
        "members": [member(bot)],
        "channels": [channel(channel_, world) for channel_ in channels],
        "threads": [channel(thread, world) for thread in threads],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def channel(channel: Channel, world: World) -> Payload:
    last = next(reversed(channel.messages), None)
    common: Payload = {
        "id": str(channel.id),
        "type": int(channel.type),
        "flags": 0,
        "last_message_id": None if last is None else str(last),
    }
    if channel.guild is None:
        return {**common, **_conversation(channel, world)}
    common |= {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "rate_limit_per_user": channel.slow_mode,
    }
    if channel.parent is not None:
        return {**common, **_thread(channel, channel.parent)}
    return {
        **common,
        "topic": channel.topic,
        "position": channel.position,
        "parent_id": None,
        "nsfw": False,
        "permission_overwrites": _overwrites(channel),
        **_OF_KINDS.get(channel.type, {}),
    }


_VOICE: Payload = {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
_OF_KINDS: dict[ChannelType, Payload] = {
    ChannelType.GUILD_VOICE: _VOICE,
    ChannelType.GUILD_STAGE_VOICE: _VOICE,
    ChannelType.GUILD_FORUM: {
        "available_tags": [],
        "default_reaction_emoji": None,
        "default_sort_order": None,
        "default_forum_layout": 0,
    },
}
"""What only some kinds of channels have."""


def _conversation(channel: Channel, world: World) -> Payload:
    others = sorted(channel.recipient_ids - {world.bot.id})
    recipients = {"recipients": [user(world.users[other]) for other in others]}
    if channel.type is not ChannelType.GROUP_DM:
        return recipients
    return {**recipients, "name": channel.name, "icon": None, "owner_id": str(others[0])}


def _thread(thread: Channel, parent: Channel) -> Payload:
    count = len(thread.messages)
    return {
        "parent_id": str(parent.id),
        "owner_id": str(thread.owner_id),
        "message_count": count,
        "total_message_sent": count,
        "member_count": 1,
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": timestamp(thread.archive_changed_at or created_at(thread.id)),
            "auto_archive_duration": _THREE_DAYS,
            "locked": thread.locked,
            "create_timestamp": timestamp(created_at(thread.id)),
        },
    }


def channel_for(channel_: Channel, world: World, user_id: int) -> Payload:
    """The channel of an interaction: with what the user may do in it."""
    granted = permissions.in_channel(channel_, user_id)
    return {**channel(channel_, world), "permissions": str(int(granted))}


def _overwrites(channel: Channel) -> list[Payload]:
    return [
        {
            "id": str(overwrite.target_id),
            "type": int(overwrite.is_member),
            "allow": str(int(overwrite.allow)),
            "deny": str(int(overwrite.deny)),
        }
        for overwrite in channel.overwrites
    ]
