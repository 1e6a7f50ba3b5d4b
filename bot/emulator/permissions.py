"""Who may do what where: Discord's permission bits and how roles and overwrites combine."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.emulator.world import Channel, Guild


class Permission(IntFlag):
    """The bits this emulator asks about, numbered as Discord numbers them."""

    NONE = 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


ALL = Permission((1 << 51) - 1)
EVERYONE = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CONNECT
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)
"""What @everyone may do in a new guild."""
INVITED_BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
)
"""What the invitation link asks for the bot's own role."""
_IN_THREADS = Permission.SEND_MESSAGES_IN_THREADS
USER_INSTALLED = (
    Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
)
"""What an app may do in its answers where only the user installed it."""


def to_write(channel: Channel) -> Permission:
    """What it takes to send messages to a channel."""
    return Permission.SEND_MESSAGES if channel.parent is None else _IN_THREADS


def in_guild(guild: Guild, user_id: int) -> Permission:
    """Everything a member's roles give, before a channel's overwrites; nothing for strangers."""
    member = guild.members.get(user_id)
    if member is None:
        return Permission.NONE
    granted = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        granted |= guild.roles[role_id].permissions
    administers = user_id == guild.owner_id or Permission.ADMINISTRATOR in granted
    return ALL if administers else granted


def in_channel(channel: Channel, user_id: int) -> Permission:
    """What a user may do in a channel; in a direct message all that makes sense there.

    A thread has the permissions of its channel.
    """
    if channel.parent is not None:
        return in_channel(channel.parent, user_id)
    if channel.guild is None:
        return EVERYONE if user_id in channel.recipient_ids else Permission.NONE
    granted = in_guild(channel.guild, user_id)
    member = channel.guild.members.get(user_id)
    if member is None or granted == ALL:
        return granted
    for targets in ({channel.guild.id}, member.role_ids, {user_id}):
        matching = [o for o in channel.overwrites if o.target_id in targets]
        for overwrite in matching:
            granted &= ~overwrite.deny
        for overwrite in matching:
            granted |= overwrite.allow
    return granted
