"""/history: all that a member has asked for, newest first, with a picture of each clip."""

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import aiofiles
import aiofiles.os
import discord
from discord import app_commands
from discord.ui import Separator, TextDisplay, Thumbnail

from bot.client import Interaction, ZoetropeClient
from bot.commands.show import has_clip, show_job
from bot.components.buttons import JobButton
from bot.components.panels import (
    Panel,
    PanelItem,
    layout,
    panel_button,
    panel_menu,
    row,
    section,
)
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.job import Job, JobState
from bot.texts import history, refusals
from generator import GenerationError, draw_thumbnails, thumbnail_of

_log = logging.getLogger(__name__)
_PER_PAGE = 5
_MAX_SEARCH = 50
"""Characters; what is searched for is kept in the custom_ids of the page."""

_Item = discord.ui.Item[Any]


class _Entry(NamedTuple):
    """A job, whether its clip is on the disk, and a small picture of that."""

    job: Job
    kept: bool
    picture: bytes | None


def add_history_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /history."""

    @tree.command(name="history", description=N_("All videos you have asked for, newest first"))
    @app_commands.describe(search=N_("Only those with these words in the prompt"))
    async def show(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, search: app_commands.Range[str, 0, _MAX_SEARCH] = ""
    ) -> None:
        # pictures that nobody has seen yet are drawn first, for which Discord would not wait
        await interaction.response.defer(ephemeral=True)
        await _show_page(interaction, 1, search.strip())


async def _turn(interaction: Interaction, argument: str, _values: Sequence[str]) -> None:
    page, _colon, search = argument.partition(":")
    if not page.isdecimal():
        raise Refusal(refusals.UNKNOWN_BUTTON)
    await interaction.response.defer()
    await _show_page(interaction, int(page), search)


async def _open(interaction: Interaction, argument: str, values: Sequence[str]) -> None:
    """Bring the clip that was chosen, privately, as the page is."""
    (job_id,) = values or [argument]
    job = await interaction.client.store.job(job_id)
    if job is None or job.user_id != interaction.user.id:
        raise Refusal(refusals.NO_SUCH_JOB)
    await show_job(interaction, job, private=True)


HISTORY_PANELS: Mapping[str, Panel] = {"history": _turn, "open": _open}


async def _show_page(interaction: Interaction, page: int, search: str) -> None:
    client = interaction.client
    count = await client.store.count_jobs(interaction.user.id, search)
    pages = max(1, -(-count // _PER_PAGE))
    page = min(max(1, page), pages)  # some may have been deleted meanwhile
    jobs = await client.store.jobs_page(
        interaction.user.id, search, _PER_PAGE, (page - 1) * _PER_PAGE
    )
    entries = await _with_pictures(jobs)
    view = layout(
        TextDisplay(f"### {history.title(search)}\n{history.page_of(page, pages, count)}"),
        *_list(client, entries, search),
        *_menu(entries),
        row(
            _page_button(page - 1, search, history.PREVIOUS, "◀️", disabled=page == 1),
            _page_button(page + 1, search, history.NEXT, "▶️", disabled=page == pages),
        ),
    )
    files = [_file(entry.job, entry.picture) for entry in entries if entry.picture is not None]
    await interaction.edit_original_response(view=view, attachments=files)


async def _with_pictures(jobs: Sequence[Job]) -> list[_Entry]:
    """Find the jobs' clips and their pictures, which are drawn where there are none yet."""
    clips = {
        job.id: Path(job.completed.path)
        for job in jobs
        if job.completed is not None
        and has_clip(job)
        and await aiofiles.os.path.exists(job.completed.path)
    }
    missing = [
        clip for clip in clips.values() if not await aiofiles.os.path.exists(thumbnail_of(clip))
    ]
    if missing:
        try:
            await draw_thumbnails(missing)
        except GenerationError as error:
            _log.warning("pictures of clips could not be drawn: %s", error)
    return [
        _Entry(job, job.id in clips, await _picture(clips[job.id]) if job.id in clips else None)
        for job in jobs
    ]


async def _picture(clip: Path) -> bytes | None:
    try:
        async with aiofiles.open(thumbnail_of(clip), "rb") as file:
            return await file.read()
    except OSError:
        return None


def _list(client: ZoetropeClient, entries: Sequence[_Entry], search: str) -> Iterator[_Item]:
    if not entries:
        yield TextDisplay(_(history.NOTHING_FOUND if search else history.NOTHING))
    for entry in entries:
        yield _entry(client, entry)
        yield Separator()


def _entry(client: ZoetropeClient, entry: _Entry) -> _Item:
    job = entry.job
    name = job.request.model
    model = client.catalogue[name].title if name in client.catalogue else name
    text = history.entry(job, model, kept=entry.kept)
    if entry.picture is not None:
        alt_text = history.thumbnail_alt_text(job)
        url = f"attachment://{_filename(job)}"
        return section(text, Thumbnail(url, description=alt_text, spoiler=job.spoiler))
    if entry.kept:
        return section(text, panel_button("open", job.id, _(history.OPEN), "📥"))
    if job.state in {JobState.POSTED, JobState.FAILED, JobState.CANCELLED}:
        look = "requeue" if job.state is JobState.CANCELLED else "again"
        return section(text, JobButton(look, job.id))
    return TextDisplay(text)


def _menu(entries: Sequence[_Entry]) -> Iterator[_Item]:
    """A menu of the clips, if there are any."""
    options = [
        discord.SelectOption(
            label=f"#{entry.job.id} · {entry.job.prompt}"[:100], value=entry.job.id
        )
        for entry in entries
        if entry.kept
    ]
    if options:
        yield row(panel_menu("open", "", _(history.OPEN_ONE), options))


def _page_button(page: int, search: str, label: str, emoji: str, *, disabled: bool) -> PanelItem:
    return panel_button("history", f"{page}:{search}", _(label), emoji, disabled=disabled)


def _file(job: Job, picture: bytes) -> discord.File:
    alt_text = history.thumbnail_alt_text(job)
    return discord.File(io.BytesIO(picture), _filename(job), description=alt_text)


def _filename(job: Job) -> str:
    return f"{job.id}.jpg"
