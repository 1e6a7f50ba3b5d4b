"""/privacy: what is kept about a member, all of it as a file, and its deletion."""

import asyncio
import io
import logging
import sqlite3
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
import msgspec
from discord import ButtonStyle, app_commands
from discord.ui import TextDisplay

from bot.client import Interaction, ZoetropeClient
from bot.commands.ruling import rules_for
from bot.components.panels import Panel, layout, panel_button, row
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.allowance import WINDOW
from bot.jobs.privacy import wipe
from bot.retention import remove_clips_of
from bot.texts import privacy

_log = logging.getLogger(__name__)
_PATIENCE = 60.0
"""Seconds for running jobs to end before they are deleted; Discord waits for fifteen minutes."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def add_privacy_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /privacy."""

    @tree.command(name="privacy", description=N_("What is kept about you; export it, or delete it"))
    async def show(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        await interaction.response.send_message(view=await _overview(interaction), ephemeral=True)


async def _back(interaction: Interaction, _argument: str, _values: Sequence[str]) -> None:
    await interaction.response.edit_message(view=await _overview(interaction))


async def _export(interaction: Interaction, _argument: str, _values: Sequence[str]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    client = interaction.client
    rows = await client.store.rows_about(interaction.user.id)
    limit = client.delivery.limits.of_answer(interaction)
    files = await asyncio.to_thread(lambda: list(files_of(rows, limit)))
    for number, (suffix, data) in enumerate(files, 1):
        text = _(privacy.EXPORTED)
        if len(files) > 1:
            text = f"{privacy.part_of(number, len(files))} · {text}"
        file = discord.File(io.BytesIO(data), f"zoetrope-{number}.{suffix}")
        await interaction.followup.send(text, file=file, ephemeral=True)


async def _ask(interaction: Interaction, _argument: str, _values: Sequence[str]) -> None:
    view = layout(
        _paragraphs(privacy.TITLE_DELETE, [_(privacy.WHAT_GOES), _(privacy.WHAT_STAYS)]),
        row(
            panel_button("forget", "", _(privacy.DELETE_ALL), "🗑️", ButtonStyle.danger),
            panel_button("privacy", "", _(privacy.KEEP)),
        ),
    )
    await interaction.response.edit_message(view=view)


async def _forget(interaction: Interaction, _argument: str, _values: Sequence[str]) -> None:
    """Forget a member: jobs, prompts, files, choices. Raises `Refusal` where that has to wait."""
    await interaction.response.defer()
    client, user_id = interaction.client, interaction.user.id
    if not await client.dispatcher.end_all_of(user_id, _PATIENCE):
        raise Refusal(privacy.NOT_YET)
    rows = await client.store.rows_about(user_id)
    job_ids = {row["id"] for row in rows["jobs"]}
    try:  # before the rows, without which nobody would know whose a file is
        await asyncio.to_thread(remove_clips_of, client.settings.clips_dir, job_ids)
    except OSError as error:
        _log.error("a member's files could not be deleted: %s", error)
        raise Refusal(privacy.FILES_LEFT) from None
    await client.store.forget(user_id, time.time() - WINDOW)
    try:
        await asyncio.to_thread(wipe, client.settings.database_path, user_id)
    except (OSError, sqlite3.Error) as error:
        _log.error("traces of a member are left in the database's files: %s", error)
        raise Refusal(privacy.TRACES_LEFT) from None
    _log.info("a member's %d jobs are forgotten, as the member wished", len(job_ids))
    view = layout(TextDisplay(privacy.deleted(len(job_ids))))
    await interaction.edit_original_response(view=view)


PRIVACY_PANELS: Mapping[str, Panel] = {
    "privacy": _back,
    "export": _export,
    "delete": _ask,
    "forget": _forget,
}


async def _overview(interaction: Interaction) -> discord.ui.LayoutView:
    most = interaction.client.settings.retention_days
    of_server = (await rules_for(interaction)).retention_days
    days = min(filter(None, (most, of_server)), default=0.0)
    return layout(
        _paragraphs(privacy.TITLE, privacy.kept(days)),
        row(
            panel_button("export", "", _(privacy.EXPORT), "📦"),
            panel_button("delete", "", _(privacy.DELETE), "🗑️", ButtonStyle.danger),
        ),
    )


def _paragraphs(title: str, texts: Sequence[str]) -> TextDisplay[Any]:
    return TextDisplay("\n\n".join([f"### {_(title)}", *texts]))


def files_of(rows: Rows, limit: int) -> Iterator[tuple[str, bytes]]:
    """Yield all rows as files of at most so many bytes, each with its suffix.

    One JSON file where that fits, else zipped, else in parts, each with some of the jobs.
    """
    data = msgspec.json.format(msgspec.json.encode(rows), indent=2)
    if len(data) <= limit:
        yield "json", data
        return
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zoetrope.json", data)
    jobs = rows["jobs"]
    if len(zipped.getvalue()) <= limit or len(jobs) < 2:
        yield "zip", zipped.getvalue()
        return
    middle = len(jobs) // 2
    yield from files_of({**rows, "jobs": jobs[:middle]}, limit)
    yield from files_of({"jobs": jobs[middle:]}, limit)
