"""What each button does; the keys of `ACTIONS` are the actions in the buttons' custom_ids."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace

import aiofiles.os
import discord
import msgspec

from bot.client import Action, Interaction
from bot.commands.show import has_clip, send_again
from bot.commands.video import again, make_video
from bot.components.change import open_form, replace_waiting
from bot.components.edit_form import edit_form, edited_wish
from bot.errors import Refusal
from bot.explainer.lesson import filmstrip_files, job_lesson
from bot.jobs.job import Job, JobState
from bot.jobs.limits import choose_model
from bot.texts import refusals, status


async def _vary(interaction: Interaction, job: Job) -> None:
    await make_video(interaction, replace(again(job), seed=None), parent=job)


async def _again(interaction: Interaction, job: Job) -> None:
    await make_video(interaction, again(job), parent=job)


async def _edit(interaction: Interaction, job: Job) -> None:
    spec = choose_model(interaction.client.catalogue, job.request.model)
    await interaction.response.send_modal(edit_form(job, spec, "rerun"))


async def _rerun(interaction: Interaction, job: Job) -> None:
    await make_video(interaction, edited_wish(job, interaction.data or {}), parent=job)


async def _how(interaction: Interaction, job: Job) -> None:
    spec = choose_model(interaction.client.catalogue, job.request.model)
    files = await filmstrip_files(job)
    await interaction.response.send_message(
        embed=job_lesson(job, spec, has_filmstrip=bool(files)), files=files, ephemeral=True
    )


async def _cancel(interaction: Interaction, job: Job) -> None:
    _check_owner(interaction, job)
    # acknowledged first: the cancelled job's message is edited at once
    await interaction.response.defer()
    interaction.client.delivery.hold(job, interaction)
    await interaction.client.dispatcher.cancel(job.id, interaction.user.id)


async def _get(interaction: Interaction, job: Job) -> None:
    """Bring the clip, or say where it stands; either way there is a new interaction to write to."""
    _check_owner(interaction, job)
    delivery = interaction.client.delivery
    if has_clip(job):
        message = await send_again(interaction, job)
        if message is not None and job.route == "interaction":
            delivery.hold(job, interaction)
            await delivery.show_done(msgspec.structs.replace(job, result_message_id=message.id))
        return
    await interaction.response.defer()
    delivery.hold(job, interaction)
    match job.state:
        case JobState.FAILED:
            await delivery.show_failure(job, job.failure or status.INTERNAL_FAILURE)
        case JobState.CANCELLED:
            await delivery.show_cancelled(job, None, 0, 0)
        case _:
            await interaction.followup.send(status.standing(job), ephemeral=True)


async def _delete(interaction: Interaction, job: Job) -> None:
    _check_owner(interaction, job)
    if interaction.message is None or job.completed is None:
        raise Refusal(refusals.NOT_POSTED)
    if job.state is JobState.POSTING:  # it would be taken for not posted, and be posted again
        raise Refusal(refusals.BEING_POSTED)
    await interaction.response.defer()
    with contextlib.suppress(discord.NotFound):  # a moderator was quicker
        await interaction.delete_original_response()
    for path in job.completed.paths:
        with contextlib.suppress(FileNotFoundError):
            await aiofiles.os.unlink(path)


def _check_owner(interaction: Interaction, job: Job) -> None:
    """Only who asked, or a moderator, may end or remove a video. Raises `Refusal`."""
    moderator = isinstance(interaction.user, discord.Member) and (
        interaction.permissions.manage_messages
    )
    if interaction.user.id != job.user_id and not moderator:
        raise Refusal(refusals.NOT_YOURS)


ACTIONS: Mapping[str, Action] = {
    "vary": _vary,
    "again": _again,
    "edit": _edit,
    "rerun": _rerun,
    "change": open_form,
    "replace": replace_waiting,
    "how": _how,
    "cancel": _cancel,
    "get": _get,
    "delete": _delete,
}
