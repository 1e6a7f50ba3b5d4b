"""/queue: one's own videos on the way, each with its place and a way to cancel it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ui import Separator, TextDisplay

from bot.client import Interaction, ZoetropeClient
from bot.components.panels import Panel, PanelItem, layout, panel_button, panel_menu, row, section
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.job import Job, JobState
from bot.texts import queue, refusals

_SHOWN = 8
"""Jobs with a button of their own: a message has room for forty components."""
_IN_MENU = 25

_Item = discord.ui.Item[Any]


def add_queue_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /queue."""

    @tree.command(
        name="queue", description=N_("Your videos on the way, how many wait, and how to cancel")
    )
    async def show(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        await interaction.response.send_message(view=await _page(interaction), ephemeral=True)


async def _refresh(interaction: Interaction, _argument: str, _values: Sequence[str]) -> None:
    await interaction.response.edit_message(view=await _page(interaction))


async def _cancel(interaction: Interaction, argument: str, values: Sequence[str]) -> None:
    """Cancel the job whose button was pressed, or those that were chosen."""
    # acknowledged first: a cancellation waits for the disk
    await interaction.response.defer()
    notes: list[str] = []
    for job_id in values or [argument]:
        try:
            await _cancel_one(interaction, job_id)
        except Refusal as refusal:
            notes.append(f"**#{job_id}** · {refusal}")
    view = await _page(interaction, notes)
    await interaction.edit_original_response(view=view)


async def _cancel_one(interaction: Interaction, job_id: str) -> None:
    client = interaction.client
    job = await client.store.job(job_id)
    if job is None or job.user_id != interaction.user.id:
        raise Refusal(refusals.NO_SUCH_JOB)
    await client.dispatcher.cancel(job.id, interaction.user.id)


async def _page(interaction: Interaction, notes: Sequence[str] = ()) -> discord.ui.LayoutView:
    dispatcher = interaction.client.dispatcher
    jobs = await dispatcher.unfinished_of(interaction.user.id)
    on_server = interaction.guild_id and dispatcher.waiting_of(interaction.guild_id)
    totals = queue.totals(on_server, dispatcher.waiting, dispatcher.idle_at(), dispatcher.note)
    return layout(
        TextDisplay("\n".join([f"### {_(queue.TITLE)}", *notes])),
        *_own(interaction.client, jobs),
        Separator(),
        TextDisplay(totals),
        row(panel_button("queue", "", _(queue.REFRESH), "🔄")),
    )


def _own(client: ZoetropeClient, jobs: Sequence[Job]) -> Iterator[_Item]:
    if not jobs:
        yield TextDisplay(_(queue.NOTHING))
    for job in jobs[:_SHOWN]:
        yield section(_line(client, job), _cancel_button(job))
    if len(jobs) > _SHOWN:
        yield TextDisplay(queue.unlisted(len(jobs) - _SHOWN))
    if len(jobs) > 1:
        yield row(_menu(jobs))


def _line(client: ZoetropeClient, job: Job) -> str:
    if client.dispatcher.is_waiting(job.id):
        return queue.waiting(job, client.dispatcher.place(job))
    return queue.running(job, client.dispatcher.ready_at(job))


def _cancel_button(job: Job) -> _Item:
    too_late = job.state in {JobState.ENCODED, JobState.POSTING}
    return panel_button("cancel", job.id, _(queue.CANCEL), "🛑", disabled=too_late)


def _menu(jobs: Sequence[Job]) -> PanelItem:
    options = [
        discord.SelectOption(label=f"#{job.id} · {job.prompt}"[:100], value=job.id)
        for job in jobs[:_IN_MENU]
    ]
    return panel_menu("cancel", "", _(queue.CANCEL_SEVERAL), options, most=_IN_MENU)


QUEUE_PANELS: Mapping[str, Panel] = {"queue": _refresh, "cancel": _cancel}
