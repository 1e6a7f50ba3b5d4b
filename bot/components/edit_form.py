"""The form for a wish: at most five fields, filled in with what is usual or was written before.

It keeps no state: what was sent is read by the fields' custom_ids, over the wish it was opened for.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import discord

from bot.components.form_fields import FIELDS, FormContext
from bot.components.forms import new_form
from bot.i18n import _
from bot.jobs.several import NAME
from bot.jobs.wish import Wish

EDITING = ("prompt", "negative", "seed", "steps", "seconds", "guidance", "quality")
"""The fields for what waits, the most wanted first."""
REDOING = ("prompt", "negative", "seed", "change", "steps", "seconds", "guidance")
"""The fields for what was made before."""
WRITING = ("prompt", "image", "seconds", "quality", "style", "negative", "seed")
ANIMATING = ("prompt", "model", "seconds", "quality", "seed", "negative")

_CUSTOM_ID = re.compile(rf"v1:(rerun|replace):({NAME}):[0-9a-f]+")
_MOST_FIELDS = 5


def wish_form(
    title: str,
    custom_id: str,
    names: Sequence[str],
    context: FormContext,
    typed: Mapping[str, str],
    said: Collection[str] = (),
) -> discord.ui.Modal:
    """Return a form for the first five of some fields that the model takes, or were said already.

    `typed` is what was written in them before.
    """
    shown = {*typed, *said}
    wanted = dict.fromkeys(["prompt", *typed, *said, *names])
    usable = [name for name in wanted if name in shown or FIELDS[name].usable(context)]
    fields = (_label(name, typed, context) for name in usable[:_MOST_FIELDS])
    return new_form(title, custom_id, fields)


def _label(name: str, typed: Mapping[str, str], context: FormContext) -> discord.ui.Label[Any]:
    field = FIELDS[name]
    return discord.ui.Label(
        text=_(field.label),
        description=field.description(context) if field.description else None,
        component=field.component(name, typed.get(name, field.shown(context)), context),
    )


def said_in(wish: Wish) -> list[str]:
    """Return the fields of what a wish says, so that it can be mended."""
    said: dict[str, object] = {
        "size": wish.size,
        "frames": wish.frames,
        "seconds": wish.seconds,
        "steps": wish.steps,
        "guidance": wish.guidance,
        "seed": wish.seed,
        "aspect": wish.aspect if wish.image_url is None else None,
        "lora": wish.lora,
        "model": wish.model or wish.image_url,
        "negative": wish.negative_prompt or None,
        "style": wish.style or None,
        "quality": wish.preset,
    }
    return [name for name, value in said.items() if value is not None]


def submission(custom_id: str) -> tuple[str, str] | None:
    """Return a submitted form's action and the job it was opened from; None for other forms."""
    match = _CUSTOM_ID.fullmatch(custom_id)
    return None if match is None else (match[1], match[2])


def read_form(base: Wish, typed: Mapping[str, str], context: FormContext) -> Wish:
    """Lay what was written over a wish; a field that was left as it was says nothing.

    `context` is what the form was filled in from. Raises `Refusal` on what is no number.
    """
    wish = base
    # a quality forgets the steps before it, but not those that were written beside it
    for name, text in sorted(typed.items(), key=lambda item: item[0] != "quality"):
        field = FIELDS.get(name)
        if field is not None and text != field.shown(context):
            wish = field.read(wish, text)
    return wish
