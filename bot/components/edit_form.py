"""The form for a wish: at most five fields, filled in with what is usual or was written before.

It keeps no state: what was sent is read by the fields' custom_ids, over the wish it was opened for.
"""

import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import discord

from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.limits import MAX_PROMPT_LENGTH
from bot.jobs.offer import Offer, takes
from bot.jobs.several import NAME
from bot.jobs.shapes import ASPECTS
from bot.jobs.wish import Wish
from bot.texts import refusals
from generator import ModelSpec, PresetName

QUALITIES: dict[PresetName, str] = {
    "draft": N_("Draft"),
    "normal": N_("Normal"),
    "best": N_("Best"),
}
EDITING = ("prompt", "negative", "seed", "steps", "seconds", "guidance", "quality")
"""The fields for what was made before, the most wanted first."""
WRITING = ("prompt", "image", "seconds", "quality", "style", "negative", "seed")
ANIMATING = ("prompt", "model", "seconds", "quality", "seed", "negative")

_CUSTOM_ID = re.compile(rf"v1:(rerun|replace):({NAME}):[0-9a-f]+")
_LIFETIME = 900.0  # seconds; discord.py keeps a form in memory until then
_MOST_FIELDS = 5
_MOST_CHOICES = 25
_NONE = "-"
"""The value of a menu's line for nothing: Discord wants one of at least one character."""

Component = discord.ui.TextInput[Any] | discord.ui.Select[Any] | discord.ui.FileUpload[Any]


@dataclass(frozen=True)
class FormContext:
    """What a form is filled in from: a wish with what is usual, its model, and what there is."""

    wish: Wish
    spec: ModelSpec
    offer: Offer


@dataclass(frozen=True)
class _Field:
    label: str
    shown: Callable[[FormContext], str]
    """What the field holds while nobody has touched it."""
    read: Callable[[Wish, str], Wish]
    """Lay what was written over a wish."""
    component: Callable[[str, str, FormContext], Component]
    """From the custom_id and the value."""
    description: Callable[[FormContext], str] | None = None
    usable: Callable[[FormContext], object] = lambda _: True


def wish_form(
    title: str,
    custom_id: str,
    names: Sequence[str],
    context: FormContext,
    typed: Mapping[str, str],
) -> discord.ui.Modal:
    """Return a form for the first five of some fields that the model takes.

    `typed` is what was written in them before.
    """
    # unique for each opening: forms with one custom_id would share one entry in discord.py
    custom_id = f"{custom_id}:{secrets.token_hex(4)}"
    form = discord.ui.Modal(title=title[:45], timeout=_LIFETIME, custom_id=custom_id)
    usable = [name for name in names if name in typed or _FIELDS[name].usable(context)]
    for name in usable[:_MOST_FIELDS]:
        field = _FIELDS[name]
        value = typed.get(name, field.shown(context))
        form.add_item(
            discord.ui.Label(
                text=_(field.label),
                description=field.description(context) if field.description else None,
                component=field.component(name, value, context),
            )
        )
    return form


def fields_of(wish: Wish, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, those of what the wish says before the others."""
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
        "negative": wish.negative_prompt,
        "style": wish.style,
        "quality": wish.preset,
    }
    first = ["prompt", *(name for name, value in said.items() if value is not None)]
    return tuple(dict.fromkeys([*first, *names]))


def submission(custom_id: str) -> tuple[str, str] | None:
    """Return a submitted form's action and the job it was opened from; None for other forms."""
    match = _CUSTOM_ID.fullmatch(custom_id)
    return None if match is None else (match[1], match[2])


def typed_in(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what a submitted form has in each field, by custom_id; files are left aside."""
    return dict(_values(data.get("components", ())))


def read_form(base: Wish, typed: Mapping[str, str], context: FormContext) -> Wish:
    """Lay what was written over a wish; a field that was left as it was says nothing.

    `context` is what the form was filled in from. Raises `Refusal` on what is no number.
    """
    wish = base
    # a quality forgets the steps before it, but not those that were written beside it
    for name, text in sorted(typed.items(), key=lambda item: item[0] != "quality"):
        field = _FIELDS.get(name)
        if field is not None and text != field.shown(context):
            wish = field.read(wish, text)
    return wish


def _values(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (custom_id, value) from labels and action rows alike."""
    for component in components:
        if "value" in component:
            yield component["custom_id"], str(component["value"] or "").strip()
        elif component.get("type") == discord.ComponentType.string_select.value:
            chosen = next(iter(component["values"]), _NONE)
            yield component["custom_id"], "" if chosen == _NONE else chosen
        yield from _values(component.get("components", ()))
        if "component" in component:
            yield from _values([component["component"]])


def _text(
    max_length: int, *, long: bool = False, required: bool = False
) -> Callable[[str, str, FormContext], Component]:
    style = discord.TextStyle.paragraph if long else discord.TextStyle.short

    def component(name: str, value: str, _: FormContext) -> Component:
        return discord.ui.TextInput(
            custom_id=name,
            style=style,
            default=value[:max_length],
            required=required,
            max_length=max_length,
        )

    return component


def _menu(
    choices: Callable[[FormContext], Collection[tuple[str, str]]],
) -> Callable[[str, str, FormContext], Component]:
    """Return what makes a menu of (value, label) pairs; the first with no value is for nothing."""

    def component(name: str, value: str, context: FormContext) -> Component:
        pairs = sorted(choices(context), key=lambda pair: pair[0] not in ("", value))
        options = [
            discord.SelectOption(label=label[:100], value=key or _NONE, default=key == value)
            for key, label in pairs[:_MOST_CHOICES]
        ]
        return discord.ui.Select(custom_id=name, options=options, required=False)

    return component


def _file(name: str, value: str, context: FormContext) -> Component:
    return discord.ui.FileUpload(custom_id=name, required=False, min_values=0, max_values=1)


def _seconds_shown(context: FormContext) -> str:
    wish, usual = context.wish, context.spec.preset(context.wish.preset or "normal")
    seconds = wish.seconds
    if seconds is None:
        seconds = (wish.frames or usual.num_frames) / (wish.fps or usual.fps)
    return _plain(round(seconds, 2))


def _guidance_shown(context: FormContext) -> str:
    usual = context.spec.preset(context.wish.preset or "normal").guidance_scale
    return _plain(usual if context.wish.guidance is None else context.wish.guidance)


def _steps_shown(context: FormContext) -> str:
    usual = context.spec.preset(context.wish.preset or "normal").num_inference_steps
    return str(context.wish.steps or usual)


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _whole_number(label: str, text: str) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        raise Refusal(refusals.not_a_whole_number(_(label), text)) from None


def _number(label: str, text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        raise Refusal(refusals.not_a_number(_(label), text)) from None


def _with_quality(wish: Wish, text: str) -> Wish:
    """A quality is a number of steps, too: another one forgets those that came with the first."""
    return replace(wish, preset=cast(PresetName, text or "normal"), steps=None, guidance=None)


def _models(context: FormContext) -> list[tuple[str, str]]:
    models = context.offer.with_option("image") if context.wish.has_image else context.offer.models
    listed = {spec.name: spec.title for spec in [context.spec, *models]}
    return list(listed.items())


_FIELDS: Mapping[str, _Field] = {
    "prompt": _Field(
        N_("Prompt"),
        shown=lambda context: context.wish.prompt,
        read=lambda wish, text: replace(wish, prompt=text),
        component=_text(MAX_PROMPT_LENGTH, long=True, required=True),
        description=lambda _context: _("What the video shows"),
    ),
    "negative": _Field(
        N_("Negative prompt"),
        shown=lambda context: context.wish.negative_prompt or "",
        read=lambda wish, text: replace(wish, negative_prompt=text),
        component=_text(MAX_PROMPT_LENGTH, long=True),
        description=lambda _context: _("What the video should not show"),
        usable=lambda context: takes(context.spec, "negative_prompt"),
    ),
    "image": _Field(
        N_("Picture"),
        shown=lambda _: "",
        read=lambda wish, _: wish,
        component=_file,
        description=lambda _context: _("The video begins with it: PNG, JPEG or WebP"),
        usable=lambda context: takes(context.spec, "image") and not context.wish.has_image,
    ),
    "model": _Field(
        N_("Model"),
        shown=lambda context: context.spec.name,
        read=lambda wish, text: replace(wish, model=text or None),
        component=_menu(_models),
        usable=lambda context: len(_models(context)) > 1,
    ),
    "seconds": _Field(
        N_("Seconds"),
        shown=_seconds_shown,
        read=lambda wish, text: replace(wish, frames=None, seconds=_number(N_("Seconds"), text)),
        component=_text(8),
        usable=lambda context: context.spec.frames.min < context.spec.frames.max,
    ),
    "quality": _Field(
        N_("Quality"),
        shown=lambda context: context.wish.preset or "normal",
        read=_with_quality,
        component=_menu(lambda _context: [(key, _(name)) for key, name in QUALITIES.items()]),
        description=lambda _context: _("Draft is quick, best takes longer"),
    ),
    "style": _Field(
        N_("Style"),
        shown=lambda context: context.wish.style or "",
        read=lambda wish, text: replace(wish, style=text),
        component=_menu(
            lambda context: [
                ("", _("No style")),
                *((name, _(name)) for name in context.offer.styles),
            ]
        ),
        usable=lambda context: context.offer.styles and takes(context.spec, "style"),
    ),
    "seed": _Field(
        N_("Seed"),
        shown=lambda context: "" if context.wish.seed is None else str(context.wish.seed),
        read=lambda wish, text: replace(wish, seed=_whole_number(N_("Seed"), text)),
        component=_text(10),
        description=lambda _context: _(
            "The same seed keeps the composition; empty picks a new one"
        ),
    ),
    "steps": _Field(
        N_("Steps"),
        shown=_steps_shown,
        read=lambda wish, text: replace(wish, steps=_whole_number(N_("Steps"), text)),
        component=_text(4),
        description=lambda context: _("{least} to {most}; more is slower and finer").format(
            least=context.spec.min_steps, most=context.spec.max_steps
        ),
        usable=lambda context: context.spec.min_steps < context.spec.max_steps,
    ),
    "guidance": _Field(
        N_("Guidance"),
        shown=_guidance_shown,
        read=lambda wish, text: replace(wish, guidance=_number(N_("Guidance"), text)),
        component=_text(6),
        description=lambda _context: _("How strictly to follow the prompt"),
        usable=lambda context: takes(context.spec, "guidance"),
    ),
    "frames": _Field(
        N_("Frames"),
        shown=lambda context: "" if context.wish.frames is None else str(context.wish.frames),
        read=lambda wish, text: replace(wish, frames=_whole_number(N_("Frames"), text)),
        component=_text(5),
    ),
    "size": _Field(
        N_("Size"),
        shown=lambda context: context.wish.size or "",
        read=lambda wish, text: replace(wish, size=text or None),
        component=_text(12),
        description=lambda context: _("Width x height in pixels, such as {example}").format(
            example=f"{context.spec.defaults.width}x{context.spec.defaults.height}"
        ),
    ),
    "aspect": _Field(
        N_("Shape"),
        shown=lambda context: context.wish.aspect or "",
        read=lambda wish, text: replace(wish, aspect=text or None),
        component=_menu(
            lambda _context: [("", _("As usual")), *((aspect, aspect) for aspect in ASPECTS)]
        ),
    ),
    "lora": _Field(
        N_("LoRA"),
        shown=lambda context: context.wish.lora or "",
        read=lambda wish, text: replace(wish, lora=text or None),
        component=_text(50),
    ),
}
