"""The fields of the form for a wish: what each shows, and how it is read."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import discord

from bot.components.forms import NONE
from bot.errors import Refusal
from bot.i18n import N_, _
from bot.jobs.limits import MAX_PROMPT_LENGTH
from bot.jobs.offer import Offer, takes
from bot.jobs.shapes import ASPECTS
from bot.jobs.variation import LABELS, Change, varied
from bot.jobs.wish import Wish
from bot.texts import wishes
from bot.texts.settings import QUALITIES
from generator import ModelSpec, PresetName

_MOST_CHOICES = 25

Component = discord.ui.TextInput[Any] | discord.ui.Select[Any] | discord.ui.FileUpload[Any]


@dataclass(frozen=True)
class FormContext:
    """What a form is filled in from: a wish with what is usual, its model, and what there is."""

    wish: Wish
    spec: ModelSpec
    offer: Offer


@dataclass(frozen=True)
class Field:
    label: str
    shown: Callable[[FormContext], str]
    """What the field holds while nobody has touched it."""
    read: Callable[[Wish, str], Wish]
    """Lay what was written over a wish."""
    component: Callable[[str, str, FormContext], Component]
    """From the custom_id and the value."""
    description: Callable[[FormContext], str] | None = None
    usable: Callable[[FormContext], object] = lambda _: True


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
            discord.SelectOption(label=label[:100], value=key or NONE, default=key == value)
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
    return _plain(round(seconds, 1))


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
        raise Refusal(wishes.not_a_whole_number(_(label), text)) from None


def _number(label: str, text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        raise Refusal(wishes.not_a_number(_(label), text)) from None


def _with_quality(wish: Wish, text: str) -> Wish:
    """A quality is a number of steps, too: another one forgets those that came with the first."""
    return replace(wish, preset=cast(PresetName, text or "normal"), steps=None, guidance=None)


def _models(context: FormContext) -> list[tuple[str, str]]:
    models = context.offer.with_option("image") if context.wish.has_image else context.offer.models
    listed = {spec.name: spec.title for spec in [context.spec, *models]}
    return list(listed.items())


FIELDS: Mapping[str, Field] = {
    "prompt": Field(
        N_("Prompt"),
        shown=lambda context: context.wish.prompt,
        read=lambda wish, text: replace(wish, prompt=text),
        component=_text(MAX_PROMPT_LENGTH, long=True, required=True),
        description=lambda _context: _("What the video shows"),
    ),
    "negative": Field(
        N_("Negative prompt"),
        shown=lambda context: context.wish.negative_prompt or "",
        read=lambda wish, text: replace(wish, negative_prompt=text),
        component=_text(MAX_PROMPT_LENGTH, long=True),
        description=lambda _context: _("What the video should not show"),
        usable=lambda context: takes(context.spec, "negative_prompt"),
    ),
    "image": Field(
        N_("Picture"),
        shown=lambda _: "",
        read=lambda wish, _: wish,
        component=_file,
        description=lambda _context: _("The video begins with it: PNG, JPEG or WebP"),
        usable=lambda context: takes(context.spec, "image") and not context.wish.has_image,
    ),
    "model": Field(
        N_("Model"),
        shown=lambda context: context.spec.name,
        read=lambda wish, text: replace(wish, model=text or None),
        component=_menu(_models),
        usable=lambda context: len(_models(context)) > 1,
    ),
    "seconds": Field(
        N_("Seconds"),
        shown=_seconds_shown,
        read=lambda wish, text: replace(wish, frames=None, seconds=_number(N_("Seconds"), text)),
        component=_text(8),
        usable=lambda context: context.spec.frames.min < context.spec.frames.max,
    ),
    "quality": Field(
        N_("Quality"),
        shown=lambda context: context.wish.preset or "normal",
        read=_with_quality,
        component=_menu(lambda _context: [(key, _(name)) for key, name in QUALITIES.items()]),
        description=lambda _context: _("Draft is quick, best takes longer"),
    ),
    "style": Field(
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
    "seed": Field(
        N_("Seed"),
        shown=lambda context: "" if context.wish.seed is None else str(context.wish.seed),
        read=lambda wish, text: replace(wish, seed=_whole_number(N_("Seed"), text)),
        component=_text(10),
        description=lambda _context: _(
            "The same seed keeps the composition; empty picks a new one"
        ),
    ),
    "change": Field(
        N_("How different"),
        shown=lambda _context: "same",
        read=lambda wish, text: varied(wish, cast(Change, text or "same")),
        component=_menu(lambda _context: [(key, _(label)) for key, label in LABELS.items()]),
        description=lambda _context: _("How far the new video is from this one"),
    ),
    "steps": Field(
        N_("Steps"),
        shown=_steps_shown,
        read=lambda wish, text: replace(wish, steps=_whole_number(N_("Steps"), text)),
        component=_text(4),
        description=lambda context: _("{least} to {most}; more is slower and finer").format(
            least=context.spec.min_steps, most=context.spec.max_steps
        ),
        usable=lambda context: context.spec.min_steps < context.spec.max_steps,
    ),
    "guidance": Field(
        N_("Guidance"),
        shown=_guidance_shown,
        read=lambda wish, text: replace(wish, guidance=_number(N_("Guidance"), text)),
        component=_text(6),
        description=lambda _context: _("How strictly to follow the prompt"),
        usable=lambda context: takes(context.spec, "guidance"),
    ),
    "frames": Field(
        N_("Frames"),
        shown=lambda context: "" if context.wish.frames is None else str(context.wish.frames),
        read=lambda wish, text: replace(wish, frames=_whole_number(N_("Frames"), text)),
        component=_text(5),
    ),
    "size": Field(
        N_("Size"),
        shown=lambda context: context.wish.size or "",
        read=lambda wish, text: replace(wish, size=text or None),
        component=_text(12),
        description=lambda context: _("Width x height in pixels, such as {example}").format(
            example=f"{context.spec.defaults.width}x{context.spec.defaults.height}"
        ),
    ),
    "aspect": Field(
        N_("Shape"),
        shown=lambda context: context.wish.aspect or "",
        read=lambda wish, text: replace(wish, aspect=text or None),
        component=_menu(
            lambda _context: [("", _("As usual")), *((aspect, aspect) for aspect in ASPECTS)]
        ),
    ),
    "lora": Field(
        N_("LoRA"),
        shown=lambda context: context.wish.lora or "",
        read=lambda wish, text: replace(wish, lora=text or None),
        component=_text(50),
    ),
}
