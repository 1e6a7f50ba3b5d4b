"""How one clip was made, told with its own numbers, beside what a GAN would have done."""

import io
from collections.abc import Mapping
from pathlib import Path

import aiofiles
import aiofiles.os
import discord

from bot import texts
from bot.explainer import clip_words as words
from bot.explainer.facts import ModelFacts, facts_of
from bot.explainer.pages import COLOUR
from bot.explainer.sentences import Subject, passes, sentences
from bot.jobs.job import Job
from generator import ModelSpec, Stage


def job_lesson(job: Job, spec: ModelSpec, *, has_filmstrip: bool = False) -> discord.Embed:
    """Return the short lesson told with the numbers of one clip, and of its filmstrip if it has one
    beside it.
    """
    subject = Subject(spec, job.request)
    known = facts_of(spec, job.request)
    numbers = {
        **sentences(subject),
        "id": job.id,
        "seed": str(job.request.seed),
        "scheduler": known.scheduler or "",
        "shift": f"{known.shift:g}" if known.shift else "",
    }
    told = {
        words.FILMSTRIP_TITLE: words.FILMSTRIP if has_filmstrip else None,
        words.STEPS_TITLE: words.PREDICTED[known.prediction],
        words.SCHEDULE_TITLE: _schedule(known),
        words.GUIDANCE_TITLE: _guidance(subject, known),
        words.LATENTS_TITLE: words.LATENTS if known.latents else None,
        words.GAN_TITLE: words.GAN_ONCE if passes(subject) == 1 else words.GAN,
        words.AGAIN_TITLE: words.AGAIN,
    }
    embed = discord.Embed(
        title=words.TITLE.format_map(numbers),
        description=words.BEGINNING.format_map(numbers),
        colour=COLOUR,
    )
    for title, text in told.items():
        if text is not None:
            embed.add_field(name=title, value=text.format_map(numbers), inline=False)
    if job.completed is not None and job.completed.seconds:
        embed.add_field(name=words.TIMES_TITLE, value=_times(job.completed.seconds), inline=False)
    embed.add_field(name=words.MODEL_TITLE, value=words.MODEL.format_map(numbers), inline=False)
    embed.set_footer(text=words.FOOTER)
    return embed


def _schedule(known: ModelFacts) -> str | None:
    if known.scheduler is None:
        return None
    return words.SCHEDULE_SHIFTED if known.shift else words.SCHEDULE


def _guidance(subject: Subject, known: ModelFacts) -> str:
    if subject.request.guidance_scale <= 1:
        return words.GUIDANCE_OFF
    return words.GUIDANCE_INSIDE if known.guided_inside else words.GUIDANCE


def _times(seconds: Mapping[Stage, float]) -> str:
    return " · ".join(
        f"{stage.replace('_', ' ')} {value:.1f} s" for stage, value in seconds.items()
    )


async def filmstrip_files(job: Job) -> list[discord.File]:
    """Return the clip's filmstrip to attach; none where it is not drawn yet, or never will be."""
    strip = job.completed.filmstrip if job.completed else None
    if strip is None or not await aiofiles.os.path.exists(strip.path):
        return []
    alt_text = texts.filmstrip_alt_text(job, strip)
    return [await _file(strip.path, f"{job.id}-filmstrip.jpg", alt_text)]


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
