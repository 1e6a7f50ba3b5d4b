"""Forms for videos, and what becomes of them: a job, or a refusal that keeps what was written."""

import logging
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
import msgspec
from discord import ButtonStyle

from bot.client import Interaction
from bot.commands.asking import complete, offer_of
from bot.commands.enhancing import check_before, suggest
from bot.commands.permutations import make_videos
from bot.components.change import change_waiting, check_waiting
from bot.components.children import check_allowed, make_from, tell_of
from bot.components.edit_form import (
    ANIMATING,
    EDITING,
    REDOING,
    WRITING,
    read_form,
    said_in,
    wish_form,
)
from bot.components.form_fields import FormContext
from bot.components.forms import typed_in
from bot.components.panels import panel_button
from bot.errors import Refusal, StoreError
from bot.i18n import _
from bot.jobs.draft import Draft
from bot.jobs.job import Job
from bot.jobs.permutations import expand, literally
from bot.jobs.wish import Wish, again
from bot.pictures import Upload, with_picture
from bot.texts import common, enhancing, refusals

_log = logging.getLogger(__name__)

PANEL = "draft"


def new_draft(interaction: Interaction, wish: Wish, **fields: Any) -> Draft:
    return Draft(
        id=secrets.token_hex(8),
        user_id=interaction.user.id,
        wish=wish,
        created_at=time.time(),
        **fields,
    )


async def ask_for_video(
    interaction: Interaction,
    wish: Wish,
    image: discord.Attachment | None = None,
    *,
    enhance: bool = False,
) -> None:
    """Make a video of a wish, or suggest a better prompt; one without words opens a form."""
    draft = new_draft(interaction, wish, enhance=enhance)
    try:
        if image is not None:
            draft = replace(draft, wish=with_picture(wish, Upload.of(image)))
        if wish.prompt:
            await _send(interaction, draft, draft.wish)
        else:
            await open_draft(interaction, draft, WRITING)
    except (Refusal, StoreError) as error:
        await _give_back(interaction, draft, error)


async def open_draft(interaction: Interaction, draft: Draft, names: Sequence[str]) -> None:
    """Show a new draft's form, with the fields of these names that its model takes."""
    await interaction.client.store.save_draft(draft)
    await _show(interaction, draft, names)


async def open_edit(interaction: Interaction, job: Job) -> None:
    """Show a job's own settings, for a new job. Raises `Refusal` where that is the author's."""
    await check_allowed(interaction, job)
    wish = again(job)
    wish = replace(wish, prompt=literally(wish.prompt))
    await _show_edit(interaction, job, wish, "rerun", _("Edit #{id} & rerun"), REDOING)


async def open_change(interaction: Interaction, job: Job) -> None:
    """Show a waiting job's settings to its owner. Raises `Refusal` to others, and too late."""
    check_waiting(interaction, job)
    await _show_edit(interaction, job, again(job), "replace", _("Edit #{id}"), EDITING)


async def submit_edit(interaction: Interaction, job: Job) -> None:
    """Make a new job as the form says."""
    await _submit(interaction, new_draft(interaction, again(job), job_id=job.id))


async def submit_change(interaction: Interaction, job: Job) -> None:
    """Change a waiting job as the form says."""
    await _submit(interaction, new_draft(interaction, again(job), job_id=job.id, replaces=True))


async def serve_draft(interaction: Interaction, argument: str, values: Sequence[str]) -> None:
    """Do what a draft's button, menu or form says; only for who writes it."""
    action, _sign, draft_id = argument.partition("-")
    draft = await interaction.client.store.draft(draft_id)
    if draft is None or draft.user_id != interaction.user.id:
        raise Refusal(refusals.DRAFT_GONE)
    match action:
        case "edit":
            await _show(interaction, draft, WRITING, said_in(draft.wish))
        case "picture":
            picture = draft.pictures[int(values[0])]
            draft = replace(draft, wish=with_picture(draft.wish, picture))
            await open_draft(interaction, draft, ANIMATING)
        case "form":
            await _submit(interaction, draft)
        case "use" if draft.suggestion is not None:
            wish = replace(draft.wish, prompt=draft.suggestion)
            await _make_once(interaction, draft, wish)
        case "own":
            await _make_once(interaction, draft, draft.wish)
        case _:
            raise Refusal(refusals.UNKNOWN_BUTTON)


async def _show(
    interaction: Interaction, draft: Draft, names: Sequence[str], said: Collection[str] = ()
) -> None:
    context = await _context(interaction, draft.wish)
    custom_id = f"v1:my-{PANEL}:form-{draft.id}"
    title = _("Animate a picture") if draft.wish.has_image else _("New video")
    form = wish_form(title, custom_id, names, context, draft.typed, said)
    await interaction.response.send_modal(form)


async def _show_edit(
    interaction: Interaction, job: Job, wish: Wish, action: str, title: str, names: Sequence[str]
) -> None:
    context = await _context(interaction, wish)
    form = wish_form(title.format(id=job.id), f"v1:{action}:{job.id}", names, context, {})
    await interaction.response.send_modal(form)


async def _context(interaction: Interaction, wish: Wish) -> FormContext:
    try:
        spec, _rules, filled = await complete(interaction, wish)
    except Refusal:  # of a model that is not there
        spec, _rules, filled = await complete(interaction, replace(wish, model=None))
    return FormContext(filled, spec, await offer_of(interaction.client))


async def _submit(interaction: Interaction, draft: Draft) -> None:
    data: Mapping[str, Any] = interaction.data or {}
    draft = replace(draft, typed=typed_in(interaction))
    try:
        for upload in data.get("resolved", {}).get("attachments", {}).values():
            picture = msgspec.convert(upload, Upload)
            draft = replace(draft, wish=with_picture(draft.wish, picture))
        wish = read_form(draft.wish, draft.typed, await _context(interaction, draft.wish))
        await _send(interaction, draft, wish)
    except (Refusal, StoreError) as error:
        await _give_back(interaction, draft, error)


async def _send(interaction: Interaction, draft: Draft, wish: Wish) -> None:
    job = None if draft.job_id is None else await interaction.client.store.job(draft.job_id)
    if draft.job_id is not None and job is None:
        raise Refusal(refusals.NO_SUCH_JOB)
    if job is None and draft.enhance:
        await _suggest(interaction, draft, wish)
    elif job is None:
        await make_videos(interaction, wish)
    elif draft.replaces:
        await change_waiting(interaction, job, wish)
    else:
        await check_allowed(interaction, job)
        prompts = expand(wish.prompt, wish.variations)
        if len(prompts) > 1:
            await make_videos(interaction, wish, job, made_by="rerun")
        else:
            await make_from(interaction, job, "rerun", replace(wish, prompt=prompts[0]))


async def _suggest(interaction: Interaction, draft: Draft, wish: Wish) -> None:
    """Show a better prompt privately, for who asked to choose what is made. Raises `Refusal`."""
    prompt = await check_before(interaction, wish)
    await interaction.response.defer(thinking=True, ephemeral=True)
    embed = discord.Embed()
    embed.add_field(name=_("You wrote"), value=common.to_copy(wish.prompt), inline=False)
    draft = replace(draft, wish=wish, typed={}, enhance=False)
    buttons = [
        panel_button(PANEL, f"edit-{draft.id}", _("Edit"), "✏️"),
        panel_button(PANEL, f"own-{draft.id}", _("As I wrote it")),
    ]
    try:
        suggestion = await suggest(interaction, prompt)
    except Refusal as refusal:
        text = str(refusal)
    else:
        text = _(enhancing.SUGGESTED)
        embed.add_field(name=_("Suggested"), value=common.to_copy(suggestion), inline=False)
        draft = replace(draft, typed={"prompt": suggestion}, suggestion=suggestion)
        use = panel_button(PANEL, f"use-{draft.id}", _("Use it"), "✨", ButtonStyle.primary)
        buttons.insert(0, use)
    await interaction.client.store.save_draft(draft)
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    await interaction.edit_original_response(content=text, embed=embed, view=view)


async def _make_once(interaction: Interaction, draft: Draft, wish: Wish) -> None:
    """Make what was chosen; a second press tells of what the first has made."""
    try:
        earlier = await interaction.client.double_clicks.once(
            interaction, draft.id, wish.prompt, lambda: make_videos(interaction, wish)
        )
    except (Refusal, StoreError) as error:
        await _give_back(interaction, new_draft(interaction, wish), error)
    else:
        if earlier is not None:
            await tell_of(interaction, earlier)


async def _give_back(interaction: Interaction, draft: Draft, error: Refusal | StoreError) -> None:
    """Say privately why not, with what was written, and a button that brings the form back."""
    if isinstance(error, StoreError):
        _log.error("interaction %s failed: %s", interaction.id, error)
    reason = str(error) if isinstance(error, Refusal) else _(refusals.NOT_STORED)
    prompt = draft.typed.get("prompt", draft.wish.prompt)
    if not prompt:
        raise Refusal(reason)
    embed = discord.Embed(description=common.to_copy(prompt))
    unwanted = draft.typed.get("negative", draft.wish.negative_prompt)
    if unwanted:
        embed.add_field(name=_("Negative prompt"), value=common.to_copy(unwanted)[:1024])
    message: dict[str, Any] = {"content": reason, "embed": embed, "ephemeral": True}
    try:
        await interaction.client.store.save_draft(draft)
    except StoreError as failure:
        _log.warning("what was written is not kept: %s", failure)
    else:
        message["view"] = discord.ui.View(timeout=None).add_item(
            panel_button(PANEL, f"edit-{draft.id}", _("Edit again"), "✏️")
        )
    if interaction.response.is_done():
        await interaction.followup.send(**message)
    else:
        await interaction.response.send_message(**message)
