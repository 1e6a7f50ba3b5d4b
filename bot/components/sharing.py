"""Share: a clip in its server's showcase channel, once, with a reaction to vote for it."""

import logging
import time

import discord

from bot.client import Interaction
from bot.components.owners import check_owner
from bot.delivery.clips import Clips
from bot.delivery.places import missing_permissions
from bot.errors import Refusal
from bot.jobs.job import Job
from bot.jobs.tables.servers import Share
from bot.texts import refusals, sharing
from generator import GenerationError

_log = logging.getLogger(__name__)
_VOTE = "👍"

_Showcase = discord.TextChannel | discord.Thread | discord.VoiceChannel | discord.StageChannel


async def share(interaction: Interaction, job: Job) -> None:
    """Post a clip where its server shows its best, for its author or a moderator.

    Raises `Refusal`; for one that is there already it says where.
    """
    check_owner(interaction, job)
    if job.private:
        raise Refusal(refusals.PRIVATE_STAYS)
    client = interaction.client
    channel = await _showcase(interaction)
    await interaction.response.defer(ephemeral=True, thinking=True)
    async with client.sharing:  # of two presses at the same moment, the second finds the first
        if (url := await _shared_url(interaction, job)) is not None:
            raise Refusal(refusals.already_shared(job.id, url))
        message = await _post(interaction, channel, job)
        here = Share(channel.id, message.id, interaction.user.id, time.time())
        await client.store.save_share(job.id, here)
    _log.info("job %s: shared in channel %d by %d", job.id, channel.id, interaction.user.id)
    await _offer_vote(channel, message)
    await interaction.followup.send(sharing.now_shared(job, message.jump_url), ephemeral=True)


async def _showcase(interaction: Interaction) -> _Showcase:
    """Return the channel, if the bot may post there. Raises `Refusal`."""
    guild = interaction.guild
    rules = await interaction.client.store.rules(interaction.guild_id)
    if guild is None or rules.showcase_channel_id is None:
        raise Refusal(refusals.NO_SHOWCASE)
    channel = guild.get_channel_or_thread(rules.showcase_channel_id)
    if not isinstance(channel, _Showcase):
        raise Refusal(refusals.SHOWCASE_GONE)
    granted = channel.permissions_for(guild.me)
    if missing := missing_permissions(granted, channel):
        raise Refusal(refusals.cannot_share(channel.id, missing))
    return channel


async def _shared_url(interaction: Interaction, job: Job) -> str | None:
    """Return the address of what was shared, unless somebody has deleted it since."""
    shared = await interaction.client.store.share(job.id)
    if shared is None:
        return None
    place = interaction.client.get_partial_messageable(
        shared.channel_id, guild_id=interaction.guild_id
    )
    try:
        return (await place.fetch_message(shared.message_id)).jump_url
    except (discord.NotFound, discord.Forbidden):
        return None


async def _post(interaction: Interaction, channel: _Showcase, job: Job) -> discord.Message:
    clips = await _clips_for(interaction, job)
    text, once = sharing.shared(job), f"{job.id}-share"
    try:
        return await channel.send(text, files=await clips.files(), nonce=once)
    except discord.NotFound:
        # of what was deleted a moment ago Discord still knows the nonce, and not the message
        return await channel.send(text, files=await clips.files(), nonce=interaction.id)


async def _clips_for(interaction: Interaction, job: Job) -> Clips:
    limit = interaction.client.delivery.limits.of_channel(interaction.guild)
    try:
        return await Clips.of(job).within(limit)
    except FileNotFoundError:
        raise Refusal(refusals.clip_removed(job.id)) from None
    except GenerationError:
        raise Refusal(refusals.too_large_to_show(job.id)) from None


async def _offer_vote(channel: _Showcase, message: discord.Message) -> None:
    granted = channel.permissions_for(channel.guild.me)
    if granted.add_reactions and granted.read_message_history:
        try:
            await message.add_reaction(_VOTE)
        except discord.HTTPException as error:
            _log.info("a shared clip has no votes: %s", error)
