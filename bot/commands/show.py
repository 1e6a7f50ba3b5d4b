"""/show: a kept clip once more, for its owner anywhere and for everybody on its server."""

import discord
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.components.buttons import result_view, retry_view
from bot.delivery.clips import Clips
from bot.delivery.places import missing_permissions_of
from bot.errors import Refusal
from bot.i18n import N_
from bot.jobs.job import Job, JobState
from bot.texts import refusals, results, status
from generator import GenerationError

_LATEST = 100
"""Jobs among which a clip is looked for while its id is typed."""


def add_show_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /show."""

    @tree.command(name="show", description=N_("Show a video that was made before"))
    @app_commands.describe(id=N_("The word after the #"))
    async def show(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        id: app_commands.Range[str, 1, 20],  # noqa: A002 - the option's name
    ) -> None:
        job = await interaction.client.store.job(id.strip().lstrip("#").lower())
        if job is None or not _may_see(interaction, job):
            raise Refusal(refusals.unknown_id(id))
        await show_job(interaction, job, private=job.private)

    show.autocomplete("id")(_complete_id)


async def show_job(interaction: Interaction, job: Job, *, private: bool) -> None:
    """Answer with a job's clip, or why there is none; `private` shows it to its owner alone."""
    if has_clip(job):
        await send_again(interaction, job, private=private)
    else:
        await _say_why_not(interaction, job)


async def _complete_id(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer one's own latest clips."""
    typed = current.casefold().lstrip("#")
    jobs = await interaction.client.store.jobs_of_user(interaction.user.id, _LATEST)
    labels = {job.id: f"#{job.id} · {job.prompt}" for job in jobs if has_clip(job)}
    return [
        app_commands.Choice(name=label[:100], value=job_id)
        for job_id, label in labels.items()
        if typed in label.casefold()
    ][:25]


def has_clip(job: Job) -> bool:
    """Tell whether a job has ended with a clip, posted or not."""
    return job.completed is not None and job.state in {JobState.POSTED, JobState.FAILED}


async def send_again(
    interaction: Interaction, job: Job, *, private: bool = False
) -> discord.Message | None:
    """Answer with a job's clip, the whole one if that fits here; None if it is not kept any more.

    Raises `Refusal` where it cannot be shown.
    """
    private = private or job.private
    if not private and (missing := missing_permissions_of(interaction)):
        raise Refusal(refusals.permissions_missing(missing))
    clips = await Clips.of(job).kept()
    if not clips.each:
        await interaction.response.send_message(
            refusals.clip_removed(job.id), view=retry_view(job), ephemeral=True
        )
        return None
    await interaction.response.defer(ephemeral=private)
    try:
        clips = await clips.within(interaction.client.delivery.limits.of_answer(interaction))
        files = await clips.files()
    except FileNotFoundError:
        raise Refusal(refusals.clip_removed(job.id)) from None
    except GenerationError:
        raise Refusal(refusals.too_large_to_show(job.id)) from None
    client = interaction.client
    view = discord.utils.MISSING
    if job.request.model in client.catalogue:  # else nothing more can be made of it
        view = result_view(
            job,
            client.catalogue[job.request.model],
            showcase=await client.has_showcase(job.guild_id),
            numbers=clips.numbers,
        )
    return await interaction.followup.send(
        results.shown_again(job), files=files, view=view, ephemeral=private, wait=True
    )


def _may_see(interaction: Interaction, job: Job) -> bool:
    same_server = job.guild_id is not None and job.guild_id == interaction.guild_id
    return job.user_id == interaction.user.id or (same_server and not job.private)


async def _say_why_not(interaction: Interaction, job: Job) -> None:
    match job.state:
        case JobState.FAILED:
            text, view = status.failed(job, job.failure or status.INTERNAL_FAILURE), retry_view(job)
        case JobState.CANCELLED:
            text, view = status.cancelled(job, None, 0, 0), retry_view(job)
        case _:
            raise Refusal(status.standing(job))
    await interaction.response.send_message(text, view=view, ephemeral=True)
