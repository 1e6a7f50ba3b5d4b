"""Edit, on a job that waits: the change, for its owner, while nobody makes the clip yet."""

from dataclasses import replace
from functools import partial

import discord

from bot.client import Interaction
from bot.commands.asking import complete, offer_of
from bot.commands.ruling import account_for
from bot.components.owners import check_asker
from bot.errors import Refusal
from bot.i18n import _, speaking
from bot.jobs.job import Job, JobState
from bot.jobs.limits import make_plan
from bot.jobs.wish import Wish
from bot.texts import common, refusals, status


def check_waiting(interaction: Interaction, job: Job) -> None:
    """Raise `Refusal` to others than the owner, and when the job has begun."""
    check_asker(interaction, job)
    if job.state is not JobState.QUEUED:
        raise Refusal(refusals.NO_CHANGE)


async def change_waiting(interaction: Interaction, job: Job, wish: Wish) -> None:
    """Let a job be of another wish; if it has begun meanwhile, give the words back."""
    check_asker(interaction, job)
    client = interaction.client
    request = job.request
    spec, rules, wish = await complete(interaction, wish)
    planned = partial(
        make_plan,
        spec=spec,
        rules=rules,
        offer=await offer_of(client),
        job_id=job.id,
        output_path=request.output_path,
        max_bytes=request.max_bytes,
        previews=request.previews,
    )
    plan = planned(wish)
    with speaking(job.language):  # as the rest of its message
        notes = planned(replace(wish, style=plan.style or "")).notes
    if (account := await account_for(interaction, rules)) is not None:
        client.dispatcher.check_change(job, plan.request, account)
    outcome = await client.dispatcher.replace(
        job.id,
        plan.request,
        own_prompt=plan.own_prompt,
        own_negative_prompt=plan.own_negative_prompt,
        notes=notes,
        seed_picked=wish.seed is None,
    )
    if outcome == "begun":
        await _give_back(interaction, wish)
    else:
        text = status.CHANGED if outcome == "kept" else status.CHANGED_AND_MOVED
        await interaction.response.send_message(_(text), ephemeral=True)


async def _give_back(interaction: Interaction, wish: Wish) -> None:
    embed = discord.Embed(description=common.to_copy(wish.prompt))
    if wish.negative_prompt:
        embed.add_field(
            name=_("Negative prompt"), value=common.to_copy(wish.negative_prompt)[:1024]
        )
    await interaction.response.send_message(
        _(status.NO_CHANGE_BUT_COPY), embed=embed, ephemeral=True
    )
