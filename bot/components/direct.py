"""Clips as direct messages: of a finished one, and in advance of one that is yet to come."""

import discord

from bot.client import Interaction
from bot.components.buttons import result_view
from bot.components.owners import check_asker, check_seen
from bot.delivery.clips import Clips
from bot.errors import Refusal
from bot.jobs.job import Job
from bot.jobs.limits import choose_model
from bot.texts import refusals, results, sharing
from generator import GenerationError


async def send_to_me(interaction: Interaction, job: Job) -> None:
    """Send a clip to whoever pressed. Raises `Refusal` where their direct messages are closed."""
    check_seen(interaction, job)
    if job.completed is None:
        raise Refusal(refusals.NOT_POSTED)
    await interaction.response.defer(ephemeral=True, thinking=True)
    client = interaction.client
    spec = choose_model(client.catalogue, job.request.model)
    try:
        clips = await Clips.of(job).within(client.delivery.limits.of_channel(None))
        message = await interaction.user.send(
            results.shown_again(job), files=await clips.files(), view=result_view(job, spec)
        )
    except FileNotFoundError:
        raise Refusal(refusals.clip_removed(job.id)) from None
    except GenerationError:
        raise Refusal(refusals.too_large_to_show(job.id)) from None
    except discord.Forbidden:
        raise Refusal(refusals.DM_CLOSED) from None
    await interaction.followup.send(sharing.sent(job, message.jump_url), ephemeral=True)


async def notify(interaction: Interaction, job: Job) -> None:
    await _choose(interaction, job, to_dm=True)


async def silence(interaction: Interaction, job: Job) -> None:
    await _choose(interaction, job, to_dm=False)


async def _choose(interaction: Interaction, job: Job, *, to_dm: bool) -> None:
    check_asker(interaction, job)
    client = interaction.client
    changed = await client.dispatcher.amend(job.id, to_dm=to_dm)
    text = sharing.TO_DM if to_dm else sharing.NOT_TO_DM
    await interaction.response.send_message(text, ephemeral=True)
    dispatcher = client.dispatcher
    if dispatcher.is_waiting(job.id):
        client.delivery.show_place(changed, dispatcher.place(changed), dispatcher.note)
    else:
        client.delivery.show_buttons(changed)
