"""Where a job's messages can go: by which route, with which permissions, up to which size."""

import time
from typing import Any

import discord

from bot.delivery.faults import Fault
from bot.jobs.job import Job, Route
from bot.texts import permissions, results

_VIEW = ("view_channel", permissions.VIEW_CHANNEL)
_CONNECT = ("connect", permissions.CONNECT)
_ATTACH = ("attach_files", permissions.ATTACH_FILES)
_SEND = ("send_messages", permissions.SEND_MESSAGES)
_SEND_IN_THREADS = ("send_messages_in_threads", permissions.SEND_IN_THREADS)
_CREATE_THREADS = ("create_public_threads", permissions.CREATE_THREADS)
_EMBED = ("embed_links", permissions.EMBED_LINKS)
_LARGEST_REQUEST = 24 * 2**20  # Discord documents 25 MiB for a whole request
_MARGIN = 64 * 2**10  # for the rest of the multipart body
USUAL_LIMIT = 10 * 2**20 - _MARGIN
_REMEMBERED = 24 * 3600.0


def share_of(limit: int, files: int) -> int:
    """Return how many bytes each file of a message may have, where one alone may have `limit`."""
    return min(limit, (_LARGEST_REQUEST - _MARGIN) // files)


def route_of(interaction: discord.Interaction[Any]) -> Route:
    """Tell whether the bot itself is where somebody used it, or only that person's installation."""
    if interaction.guild_id is None:
        return "interaction" if interaction.context.private_channel else "channel"
    is_there = interaction.client.get_guild(interaction.guild_id) is not None
    return "channel" if interaction.is_guild_integration() and is_there else "interaction"


def missing_permissions_of(interaction: discord.Interaction[Any]) -> list[str]:
    """Return the names of what it takes to post a clip where an interaction comes from."""
    granted = interaction.app_permissions
    if route_of(interaction) == "interaction":
        return _missing(granted, _ATTACH)
    if interaction.guild_id is None:
        return []
    return missing_permissions(granted, interaction.channel)


def missing_permissions(granted: discord.Permissions, channel: object) -> list[str]:
    """Return the names of what posting a clip in a channel needs and is not granted.

    Without the first ones nothing else is granted either, so then they alone are named. What is
    written beside a voice channel only those see who may connect to it.
    """
    in_thread = isinstance(channel, discord.Thread)
    has_voice = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    return (
        _missing(granted, _VIEW, *([_CONNECT] if has_voice else []))
        or _missing(granted, _SEND_IN_THREADS if in_thread else _SEND)
        or _missing(granted, _ATTACH, _EMBED)
    )


def missing_for_thread(granted: discord.Permissions) -> list[str]:
    """Return the names of what opening a thread, and posting clips in it, needs in its channel."""
    return _missing(granted, _CREATE_THREADS, _SEND_IN_THREADS)


def _missing(granted: discord.Permissions, *needed: tuple[str, str]) -> list[str]:
    return [words for name, words in needed if not getattr(granted, name)]


def cached_channel(client: discord.Client, job: Job) -> Any:
    """Return what the gateway told of the job's channel; None for direct messages, and when gone.

    Any of a guild's kinds of channel, or a thread.
    """
    guild = client.get_guild(job.guild_id or 0)
    return None if guild is None else guild.get_channel_or_thread(job.channel_id)


def why_refused(client: discord.Client, job: Job, fault: Fault, code: int) -> str:
    """Say why a channel does not take a clip, naming the permission that is missing."""
    match fault:
        case Fault.NO_PLACE:
            return results.PLACE_GONE
        case Fault.ARCHIVED:
            return results.ARCHIVED
        case Fault.SLOW_MODE:
            return results.SLOW_MODE
        case Fault.NO_PERMISSION if (channel := cached_channel(client, job)) is not None:
            granted = channel.permissions_for(channel.guild.me)
            missing = missing_permissions(granted, channel)
            return results.permissions_lost(missing or [permissions.SOME_PERMISSION])
        case _:
            return results.refused(code)


class UploadLimits:
    """The largest file, in bytes, that a place takes; it may turn out to be less than promised."""

    def __init__(self, chosen: int | None) -> None:
        self._most = min(chosen or _LARGEST_REQUEST, _LARGEST_REQUEST) - _MARGIN
        self._lowered: dict[int, tuple[int, float]] = {}

    def of_channel(self, guild: discord.Guild | None) -> int:
        """Return the limit of messages by the bot itself: the server's, by its boosts."""
        if guild is None:
            return min(self._most, USUAL_LIMIT)
        limit = min(self._most, guild.filesize_limit - _MARGIN)
        lowered, until = self._lowered.get(guild.id, (limit, 0.0))
        return min(limit, lowered) if time.monotonic() < until else limit

    def of_result(self, interaction: discord.Interaction[Any]) -> int:
        """Return the limit for the result of a command."""
        if route_of(interaction) == "channel":
            return self.of_channel(interaction.guild)
        return self.of_answer(interaction)

    def of_answer(self, interaction: discord.Interaction[Any]) -> int:
        """Return the limit of an interaction's own messages."""
        return min(self._most, interaction.filesize_limit - _MARGIN)

    def lower(self, guild_id: int | None, refused: int) -> int:
        """Note that a file of this size was refused; return one that should not be.

        For a day the server's next clips are made to fit at once.
        """
        limit = USUAL_LIMIT if refused > USUAL_LIMIT else refused * 3 // 4
        if guild_id is not None:
            self._lowered[guild_id] = limit, time.monotonic() + _REMEMBERED
        return limit
