"""The one place where a wish is laid over what is usual."""

from collections.abc import Container
from dataclasses import replace
from typing import TypeVar

import msgspec

from bot.jobs.choices import MemberChoices
from bot.jobs.rules import GuildRules
from bot.jobs.wish import Wish
from generator import ModelSpec, PresetName

_T = TypeVar("_T")


def with_defaults(
    wish: Wish, choices: MemberChoices, rules: GuildRules, spec: ModelSpec, styles: Container[str]
) -> Wish:
    """Fill what a wish leaves open: first by the member's choices, then by the server's rules.

    What is open after that is the model's own. What is usual orders nothing: where the model cannot
    do it, it is left aside or made to fit. A server's numbers are meant for its own model.
    """
    own = rules if rules.model == spec.name else GuildRules()
    preset = wish.preset or choices.quality or rules.preset
    if preset not in (None, "normal"):
        own = msgspec.structs.replace(own, steps=None, size=None)
    shaped = wish.size is not None or wish.aspect is not None
    aspect = wish.aspect if shaped else choices.aspect
    negative_prompt = choices.negative_prompt if spec.negative_prompt else None
    return replace(
        wish,
        preset=preset,
        negative_prompt=_first(wish.negative_prompt, negative_prompt),
        style=_first(wish.style, _usual_style(choices, spec, styles)),
        frames=_frames(wish, choices.seconds or own.seconds, spec, preset),
        aspect=aspect,
        size=own.size if wish.size is None and aspect is None else wish.size,
        steps=_first(wish.steps, own.steps),
        explain=_first(wish.explain, choices.explain or rules.explain),
        private=_first(wish.private, choices.private),
        # a server that covers its clips does so whatever anybody prefers
        spoiler=rules.spoiler or _first(wish.spoiler, choices.spoiler),
        to_dm=_first(wish.to_dm, choices.to_dm),
    )


def _usual_style(choices: MemberChoices, spec: ModelSpec, styles: Container[str]) -> str | None:
    usable = choices.style is not None and choices.style in styles and not spec.small_world
    return choices.style if usable else None


def _frames(
    wish: Wish, usual_seconds: float | None, spec: ModelSpec, preset: PresetName | None
) -> int | None:
    if wish.frames is not None or wish.seconds is not None or usual_seconds is None:
        return wish.frames
    return spec.frames_for(usual_seconds, wish.fps or spec.preset(preset or "normal").fps)


def _first(*values: _T | None) -> _T | None:
    """Return the first value that was decided; False is one."""
    return next((value for value in values if value is not None), None)
