"""What each button does; the keys of `ACTIONS` are the actions in the buttons' custom_ids."""

from collections.abc import Mapping

import msgspec

from bot.client import Action, Interaction
from bot.commands.show import has_clip, send_again
from bot.components import children, direct, drafts
from bot.components.deleting import delete
from bot.components.info import job_info
from bot.components.owners import check_owner, check_seen
from bot.components.picker import pick
from bot.components.sharing import share
from bot.explainer.lesson import filmstrip_files, job_lesson
from bot.jobs.job import Job, JobState
from bot.jobs.limits import choose_model
from bot.texts import status


async def _how(interaction: Interaction, job: Job) -> None:
    check_seen(interaction, job)
    spec = choose_model(interaction.client.catalogue, job.request.model)
    files = await filmstrip_files(job)
    await interaction.response.send_message(
        embed=job_lesson(job, spec, has_filmstrip=bool(files)), files=files, ephemeral=True
    )


async def _cancel(interaction: Interaction, job: Job) -> None:
    check_owner(interaction, job)
    # acknowledged first: the cancelled job's message is edited at once
    await interaction.response.defer()
    delivery = interaction.client.delivery
    delivery.hold(job, interaction)
    await interaction.client.dispatcher.cancel(job.id, interaction.user.id)
    if job.state is JobState.RUNNING:
        delivery.show_stopping(job)


async def _get(interaction: Interaction, job: Job) -> None:
    """Bring the clip, or say where it stands; either way there is a new interaction to write to."""
    check_owner(interaction, job)
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


ACTIONS: Mapping[str, Action] = {
    "vary": children.vary,
    "again": children.once_more,
    "edit": drafts.open_edit,
    "rerun": drafts.submit_edit,
    "better": children.better,
    "extend": children.extend,
    "upscale": children.upscale,
    "smooth": children.smooth,
    "smaller": children.smaller,
    "change": drafts.open_change,
    "replace": drafts.submit_change,
    "info": job_info,
    "how": _how,
    "share": share,
    "dm": direct.send_to_me,
    "delete": delete,
    "pick": pick,
    "subtle": children.vary_subtly,
    "strong": children.vary_strongly,
    "notify": direct.notify,
    "silence": direct.silence,
    "cancel": _cancel,
    "get": _get,
}
