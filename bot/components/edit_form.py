"""The form for a job's settings. It keeps no state: what was sent is read by its custom_ids."""

import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import discord

from bot.errors import Refusal
from bot.jobs.job import Job
from bot.jobs.limits import MAX_PROMPT_LENGTH, Wish
from bot.jobs.several import NAME
from bot.texts import refusals
from generator import ModelSpec

Submission = Literal["rerun", "replace"]
"""What a form is for: a new job, or a change of one that waits. Each is a key of `ACTIONS`."""

_CUSTOM_ID = re.compile(rf"v1:(rerun|replace):({NAME}):[0-9a-f]+")
_LIFETIME = 900.0  # seconds; discord.py keeps a form in memory until then


def edit_form(job: Job, spec: ModelSpec, submission: Submission) -> discord.ui.Modal:
    """Return a form filled in with the job's own settings."""
    request = job.request
    form = discord.ui.Modal(
        title=f"Edit #{job.id} & rerun" if submission == "rerun" else f"Edit #{job.id}",
        timeout=_LIFETIME,
        # unique for each opening: forms with one custom_id would share one entry in discord.py
        custom_id=f"v1:{submission}:{job.id}:{secrets.token_hex(4)}",
    )
    form.add_item(
        _field("prompt", "Prompt", request.prompt, long=True, max_length=MAX_PROMPT_LENGTH)
    )
    if spec.negative_prompt:
        form.add_item(
            _field(
                "negative", "Negative prompt", request.negative_prompt, required=False, long=True,
                max_length=MAX_PROMPT_LENGTH,
                description="What the video should not show",
            )
        )  # fmt: skip
    form.add_item(
        _field(
            "seed", "Seed", str(request.seed), required=False, max_length=10,
            description="The same seed keeps the composition; empty picks a new one",
        )
    )  # fmt: skip
    form.add_item(
        _field(
            "steps", "Steps", str(request.num_inference_steps), required=False, max_length=4,
            description=f"{spec.min_steps} to {spec.max_steps}; more is slower and finer",
        )
    )  # fmt: skip
    return form


def submission(custom_id: str) -> tuple[str, str] | None:
    """Return a submitted form's action and the job it was opened from; None for other forms."""
    match = _CUSTOM_ID.fullmatch(custom_id)
    return None if match is None else (match[1], match[2])


def edited_wish(job: Job, data: Mapping[str, Any]) -> Wish:
    """Read a submitted form over the job's other settings. Raises `Refusal` on non-numbers."""
    values = dict(_values(data.get("components", ())))
    request = job.request
    return Wish(
        prompt=values.get("prompt", ""),
        negative_prompt=values.get("negative"),
        model=request.model,
        frames=request.num_frames,
        size=f"{request.width}x{request.height}",
        steps=_whole_number("Steps", values.get("steps", "")),
        guidance=request.guidance_scale,
        seed=_whole_number("Seed", values.get("seed", "")),
        explain=job.explain,
    )


def _field(
    name: str,
    label: str,
    value: str,
    *,
    max_length: int,
    long: bool = False,
    required: bool = True,
    description: str | None = None,
) -> discord.ui.Label[discord.ui.Modal]:
    style = discord.TextStyle.paragraph if long else discord.TextStyle.short
    text_input = discord.ui.TextInput[discord.ui.Modal](
        custom_id=name, style=style, default=value, required=required, max_length=max_length
    )
    return discord.ui.Label(text=label, description=description, component=text_input)


def _values(components: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (custom_id, value) from labels and action rows alike."""
    for component in components:
        if "value" in component:
            yield component["custom_id"], str(component["value"] or "")
        yield from _values(component.get("components", []))
        if "component" in component:
            yield from _values([component["component"]])


def _whole_number(label: str, text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise Refusal(refusals.not_a_whole_number(label, text)) from None
