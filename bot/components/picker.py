"""Picking one clip of a message with several, and what is done with that one alone.

Each clip has a button, which answers whoever presses it with that clip's own buttons, privately.
So others who look at the same message are not disturbed, several can work on different clips of it
at once, and the message never has a choice that would have to be kept. A button is one press where
a menu takes two, and says at once how many clips there are.
"""

import contextlib
import logging
import re

import discord

from bot.client import Interaction, ZoetropeClient
from bot.components.buttons import result_view
from bot.components.owners import check_seen
from bot.delivery.places import route_of
from bot.errors import Refusal
from bot.jobs.job import Job
from bot.jobs.limits import choose_model
from bot.jobs.several import split_name
from bot.texts import picking

_log = logging.getLogger(__name__)
_NUMBER = re.compile(r".*-([1-9])\.mp4")
"""Ends the name of each file of several."""


async def pick(interaction: Interaction, clip: Job) -> None:
    """Answer with the buttons of one clip."""
    check_seen(interaction, clip)
    client = interaction.client
    spec = choose_model(client.catalogue, clip.request.model)
    showcase = await client.has_showcase(clip.guild_id)
    view = result_view(clip, spec, showcase=showcase, graded=True)
    await interaction.response.send_message(picking.picked(clip), view=view, ephemeral=True)


def was_picked(message: discord.Message, name: str) -> bool:
    """Tell whether this is the answer to a pick, and not a message that has the clip itself."""
    return message.flags.ephemeral and not message.attachments and split_name(name)[1] is not None


async def take_out(interaction: Interaction, clip: Job) -> None:
    """Take a picked clip out of the message it was picked from, and out of that with the result.

    Raises `Refusal` where the bot cannot change the former.
    """
    client = interaction.client
    message = await _source(interaction)
    await interaction.response.defer()
    try:
        await _take_out_of(client, message, clip)
    except discord.HTTPException as error:
        _log.warning("clip %s cannot be taken out of its message: %s", clip.id, error)
        raise Refusal(picking.CANNOT_TAKE_OUT) from None
    if clip.route == "channel" and clip.result_message_id not in (None, message.id):
        place = client.get_partial_messageable(clip.channel_id, guild_id=clip.guild_id)
        with contextlib.suppress(discord.HTTPException):  # a copy of it, for what it is worth
            result = await place.fetch_message(clip.result_message_id)
            await _take_out_of(client, result, clip)


async def _take_out_of(client: ZoetropeClient, message: discord.Message, clip: Job) -> None:
    left = {
        int(match[1]): attachment
        for attachment in message.attachments
        if (match := _NUMBER.fullmatch(attachment.filename))
    }
    job_id, number = split_name(clip.id)
    left.pop(number or 0, None)
    with contextlib.suppress(discord.NotFound):  # somebody was quicker
        if left:
            job = await client.store.job(job_id) or clip
            spec = choose_model(client.catalogue, clip.request.model)
            view = result_view(job, spec, numbers=sorted(left))
            await message.edit(attachments=list(left.values()), view=view)
        else:
            await message.delete()


async def _source(interaction: Interaction) -> discord.Message:
    """Return the message with the clips. Raises `Refusal` where the bot cannot see or change it."""
    answer, channel = interaction.message, interaction.channel
    origin = None if answer is None else answer.interaction_metadata
    if origin is None or origin.interacted_message_id is None:
        raise Refusal(picking.CANNOT_TAKE_OUT)
    if route_of(interaction) == "interaction" or not isinstance(channel, discord.abc.Messageable):
        raise Refusal(picking.CANNOT_TAKE_OUT)
    try:
        return await channel.fetch_message(origin.interacted_message_id)
    except discord.HTTPException as error:
        _log.info("the message of a picked clip cannot be read: %s", error)
        raise Refusal(picking.CANNOT_TAKE_OUT) from None
