"""Diffusion and GANs in a few honest sentences, with a job's own numbers where there is a job.

Sources: Goodfellow et al., "Generative Adversarial Networks", 2014, arXiv:1406.2661;
Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models", 2020, arXiv:2006.11239;
Ho and Salimans, "Classifier-Free Diffusion Guidance", 2022, arXiv:2207.12598;
Lipman et al., "Flow Matching for Generative Modeling", 2022, arXiv:2210.02747.
"""

import io
from collections.abc import Mapping
from pathlib import Path

import aiofiles
import aiofiles.os
import discord

from bot import texts
from bot.jobs.job import Job
from generator import ModelSpec, Stage

_COLOUR = discord.Colour(0x7C5CFF)

_DIFFUSION = (
    "**Learning:** real clips are buried in noise, a little at each step: "
    "`x_t = √(1−β_t)·x_{t−1} + √β_t·ε`. A network sees the noisy clip, the step and the caption, "
    "and learns to predict the noise (or the clip itself, or the *velocity* from one to the other: "
    "each can be worked out from any).\n"
    "**Making:** start from pure noise, which the seed fixes, and take the predicted noise out "
    "step by step. The prompt steers every step. Most video models do this on small *latents*, "
    "and a VAE decoder turns them into frames at the end."
)
_GAN = (
    "**Learning:** two networks play against each other. The *generator* turns a random vector "
    "into a picture; the *discriminator* tries to tell generated from real, and what it notices "
    "teaches the generator.\n"
    "**Making:** one pass through the generator. Very fast, but there is no second look."
)
_COMPARED = (
    "```\n"
    "               diffusion            GAN\n"
    "to make one    many passes          one pass\n"
    "training       stable: predict      a contest that can\n"
    "               the noise            become unstable\n"
    "variety        covers the data      may repeat itself\n"
    "               well                 (mode collapse)\n"
    "steering       at every step        at the input\n"
    "```"
)
_FILMSTRIP = (
    "One frame of this very clip. The first picture is the noise it began with; each later one is "
    "what the network, at that step, took the noise to hide. *t* is the schedule's number for how "
    "much noise it was looking at. Most is decided early; the last steps sharpen it."
)
_SOURCES = (
    "[GANs, 2014](https://arxiv.org/abs/1406.2661) · "
    "[Diffusion, 2020](https://arxiv.org/abs/2006.11239) · "
    "[Guidance, 2022](https://arxiv.org/abs/2207.12598) · "
    "[Flow matching, 2022](https://arxiv.org/abs/2210.02747)"
)


def general_lesson(spec: ModelSpec) -> discord.Embed:
    """Return the lesson, closing with the model this server uses."""
    embed = discord.Embed(title="How a sentence becomes a video", colour=_COLOUR)
    embed.add_field(name="Diffusion (what this bot does)", value=_DIFFUSION, inline=False)
    embed.add_field(name="A GAN (the other famous way)", value=_GAN, inline=False)
    embed.add_field(name="Side by side", value=_COMPARED, inline=False)
    embed.add_field(name="The model here", value=_about(spec) + _card(spec), inline=False)
    embed.add_field(name="Read more", value=_SOURCES, inline=False)
    return embed


def job_lesson(job: Job, spec: ModelSpec, *, has_filmstrip: bool = False) -> discord.Embed:
    """Return the short lesson told with the numbers of one clip, and of its filmstrip if it has one
    beside it.
    """
    request = job.request
    embed = discord.Embed(title=f"How #{job.id} was made", colour=_COLOUR)
    embed.description = (
        f"It began as pure noise, drawn from seed **{request.seed}**. In "
        f"**{request.num_inference_steps} steps** the network said what was noise, and that was "
        f"taken out, until {request.num_frames} frames were left."
    )
    if has_filmstrip:
        embed.add_field(name="The filmstrip", value=_FILMSTRIP, inline=False)
    embed.add_field(
        name="Your prompt at work", value=_guidance(request.guidance_scale), inline=False
    )
    embed.add_field(name="A GAN instead", value=_gan_instead(job), inline=False)
    embed.add_field(
        name="The same again",
        value=f"Seed {request.seed} with the same settings gives the same clip; "
        "another seed is other noise, so another clip.",
        inline=False,
    )
    if job.completed is not None and job.completed.seconds:
        embed.add_field(
            name="Where the time went", value=_times(job.completed.seconds), inline=False
        )
    embed.add_field(name="Model", value=_about(spec), inline=False)
    embed.set_footer(text="/explain tells the whole story")
    return embed


def _guidance(scale: float) -> str:
    if scale <= 1:
        return "Guidance was off: the network simply followed the caption at each step."
    return (
        f"At each step the network ran with your prompt and without it, and the difference was "
        f"exaggerated {scale:g} times (*guidance {scale:g}*). More guidance is more obedient and "
        "less varied."
    )


def _gan_instead(job: Job) -> str:
    passes = job.request.num_inference_steps * (2 if job.request.guidance_scale > 1 else 1)
    return (
        f"This clip took {passes} passes through the network. A GAN's generator would have drawn "
        "it in one, without steps in which to correct itself."
    )


def _times(seconds: Mapping[Stage, float]) -> str:
    return " · ".join(
        f"{stage.replace('_', ' ')} {value:.1f} s" for stage, value in seconds.items()
    )


def _about(spec: ModelSpec) -> str:
    forbids = f" ({spec.licence_note})" if spec.licence_note else ""
    return f"**{spec.title}**: {spec.description}. Licence: {spec.licence}{forbids}."


def _card(spec: ModelSpec) -> str:
    if isinstance(spec.model_card, str):
        return f" [Model card]({spec.model_card})"
    return " Its model card is attached." if spec.model_card.is_file() else ""


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
