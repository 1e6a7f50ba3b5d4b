"""How one clip was made, told with its own numbers, beside what a GAN would have done."""

import io
from collections.abc import Mapping
from pathlib import Path

import aiofiles
import aiofiles.os
import discord

from bot.explainer import clip_words as words
from bot.explainer.facts import ModelFacts, facts_of
from bot.explainer.pages import COLOUR
from bot.explainer.sentences import Subject, passes, sentences
from bot.i18n import _, decimal
from bot.jobs.job import Job
from bot.texts import results
from bot.texts.common import short_number
from generator import ModelSpec, Stage


def job_lesson(job: Job, spec: ModelSpec, *, has_filmstrip: bool = False) -> discord.Embed:
    """Return the short lesson told with the numbers of one clip, and of its filmstrip if it has one
    beside it.
    """
    subject = Subject(spec, job.request)
    steps = spec.total_steps(job.request) or job.request.num_inference_steps
    known = facts_of(spec, job.request)
    numbers = {
        **sentences(subject),
        "id": job.id,
        "seed": str(job.request.seed),
        "scheduler": known.scheduler or "",
        "shift": short_number(known.shift) if known.shift else "",
    }
    told = {
        words.FILMSTRIP_TITLE: _(words.FILMSTRIP) if has_filmstrip else None,
        words.STEPS_TITLE: _(words.PREDICTED[known.prediction]),
        words.SCHEDULE_TITLE: _schedule(known, steps),
        words.GUIDANCE_TITLE: _(_guidance(subject, known)),
        words.LATENTS_TITLE: _(words.LATENTS) if known.latents else None,
        words.GAN_TITLE: _(words.GAN_ONCE) if passes(subject) == 1 else words.gan(steps),
        words.AGAIN_TITLE: _(words.AGAIN),
    }
    embed = discord.Embed(
        title=_(words.TITLE).format_map(numbers),
        description=words.beginning(steps).format_map(numbers),
        colour=COLOUR,
    )
    for title, text in told.items():
        if text is not None:
            embed.add_field(name=_(title), value=text.format_map(numbers), inline=False)
    if job.completed is not None and job.completed.seconds:
        times = _times(job.completed.seconds)
        embed.add_field(name=_(words.TIMES_TITLE), value=times, inline=False)
    model = _(words.MODEL).format_map(numbers)
    embed.add_field(name=_(words.MODEL_TITLE), value=model, inline=False)
    embed.set_footer(text=_(words.FOOTER))
    return embed


def _schedule(known: ModelFacts, steps: int) -> str | None:
    if known.scheduler is None:
        return None
    return words.schedule_shifted(steps) if known.shift else words.schedule(steps)


def _guidance(subject: Subject, known: ModelFacts) -> str:
    if subject.request.guidance_scale <= 1:
        return words.GUIDANCE_OFF
    return words.GUIDANCE_INSIDE if known.guided_inside else words.GUIDANCE


def _times(seconds: Mapping[Stage, float]) -> str:
    return " · ".join(
        _(words.TIMES[stage]).format(seconds=decimal(value, 1)) for stage, value in seconds.items()
    )


async def filmstrip_files(job: Job) -> list[discord.File]:
    """Return the clip's filmstrip to attach; none where it is not drawn yet, or never will be."""
    strip = job.completed.filmstrip if job.completed else None
    if strip is None or not await aiofiles.os.path.exists(strip.path):
        return []
    alt_text = results.filmstrip_alt_text(job, strip)
    file = await _file(strip.path, f"{job.id}-filmstrip.jpg", alt_text)
    file.spoiler = job.spoiler
    return [file]


async def card_files(spec: ModelSpec) -> list[discord.File]:
    """Return the model card to attach, where it is a file and not a page."""
    card = spec.model_card
    if isinstance(card, str) or not card.is_file():
        return []
    return [await _file(card, f"{spec.name}-model-card.md")]


async def _file(path: Path | str, filename: str, alt_text: str | None = None) -> discord.File:
    # read whole: discord.py leaves files that it opened for an interaction open
    async with aiofiles.open(path, "rb") as file:
        content = await file.read()
    return discord.File(io.BytesIO(content), filename, description=alt_text)
