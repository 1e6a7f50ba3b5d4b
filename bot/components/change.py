"""Edit, on a job that waits: its owner's form, and the change while nobody makes the clip yet."""

import discord

from bot.client import Interaction
from bot.components.edit_form import edit_form, edited_wish
from bot.errors import Refusal
from bot.jobs.job import Job, JobState
from bot.jobs.limits import Wish, choose_model, make_plan
from bot.texts import common, refusals, status


async def open_form(interaction: Interaction, job: Job) -> None:
    """Show the form. Raises `Refusal` to others, and when the job has begun."""
    _check_owner(interaction, job)
    if job.state is not JobState.QUEUED:
        raise Refusal(refusals.NO_CHANGE)
    spec = choose_model(interaction.client.catalogue, job.request.model)
    await interaction.response.send_modal(edit_form(job, spec, "replace"))


async def replace_waiting(interaction: Interaction, job: Job) -> None:
    """Change the job as the form says; if it has begun meanwhile, give the words back."""
    _check_owner(interaction, job)
    client = interaction.client
    wish = edited_wish(job, interaction.data or {})
    request = job.request
    plan = make_plan(
        wish,
        choose_model(client.catalogue, request.model),
        await client.store.rules(interaction.guild_id),
        job_id=job.id,
        output_path=request.output_path,
        max_bytes=request.max_bytes,
        previews=request.previews,
    )
    outcome = await client.dispatcher.replace(job.id, plan.request)
    if outcome == "begun":
        await _give_back(interaction, wish)
    else:
        text = status.CHANGED if outcome == "kept" else status.CHANGED_AND_MOVED
        await interaction.response.send_message(text, ephemeral=True)


async def _give_back(interaction: Interaction, wish: Wish) -> None:
    embed = discord.Embed(description=common.to_copy(wish.prompt))
    if wish.negative_prompt:
        embed.add_field(name="Negative prompt", value=common.to_copy(wish.negative_prompt))
    await interaction.response.send_message(status.NO_CHANGE_BUT_COPY, embed=embed, ephemeral=True)


def _check_owner(interaction: Interaction, job: Job) -> None:
    if interaction.user.id != job.user_id:
        raise Refusal(refusals.ONLY_YOURS)
