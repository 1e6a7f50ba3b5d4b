"""Info: privately, everything that is known of one clip."""

import aiofiles.os
import discord

from bot.client import Interaction
from bot.components.owners import check_seen
from bot.i18n import _
from bot.jobs.job import Job
from bot.jobs.limits import choose_model
from bot.texts import common, info
from generator import ModelSpec

_MOST_CHILDREN = 8
_LONGEST_FIELD = 1024  # Discord's limit


async def job_info(interaction: Interaction, job: Job) -> None:
    """Answer with a job's settings, family, making, files and licence. Raises `Refusal`."""
    check_seen(interaction, job)
    client = interaction.client
    spec = choose_model(client.catalogue, job.request.model)
    family = [
        child
        for child in await client.store.children(job.id)
        if not child.private or child.user_id == interaction.user.id
    ]
    kept = job.completed is not None and await aiofiles.os.path.exists(job.completed.path)
    await interaction.response.send_message(
        embed=_embed(job, spec, family, kept=kept), ephemeral=True
    )


def _embed(job: Job, spec: ModelSpec, family: list[Job], *, kept: bool) -> discord.Embed:
    description = info.asked(job)
    request = job.request
    if not (request.continues or request.upscales or request.smooths):  # no command makes those
        description += f"\n{_(info.COPY)}\n{common.to_copy(info.command_line(job))}"
    embed = discord.Embed(title=info.title(job), description=description)
    children = family[:_MOST_CHILDREN]
    made = job.completed
    rows = {
        info.SETTINGS: info.settings(job, spec),
        info.LINEAGE: info.lineage(job, children, len(family) - len(children)),
        info.MAKING: None if made is None else info.making(made),
        info.FILES: None if made is None else info.files(made) if kept else _(info.NO_FILES),
        info.LICENCE: info.licence(spec),
    }
    for name, value in rows.items():
        if value is not None:
            embed.add_field(name=_(name), value=value[:_LONGEST_FIELD], inline=False)
    return embed
