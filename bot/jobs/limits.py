"""From a member's wish to a request the model can meet, or a refusal that says why."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import Refusal
from bot.i18n import _
from bot.jobs.allowance import Account
from bot.jobs.ceilings import under_ceilings
from bot.jobs.job import Job
from bot.jobs.offer import Offer
from bot.jobs.queue import FairQueue
from bot.jobs.rules import GuildRules
from bot.jobs.shapes import check_size, size_of_aspect
from bot.jobs.wish import Wish
from bot.jobs.words import check_words
from bot.texts import permutations, refusals, status, wishes
from bot.texts.common import tidy
from generator import Catalogue, GenerationRequest, ModelSpec, Settings, UnknownModelError

MAX_PROMPT_LENGTH = 1000
MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class Plan:
    """A request within every rule, and what had to be adjusted, in words."""

    request: GenerationRequest
    notes: tuple[str, ...] = ()
    style: str | None = None
    own_prompt: str | None = None
    """What the member wrote, where a style's words are in the request's prompt."""
    own_negative_prompt: str | None = None


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How many jobs may wait: of one member, of one server, and in all; and what may be used."""

    member: int
    guild: int
    total: int
    account: Account | None = None
    """Of who asks, on the server where they ask; None without a limit."""


def check_room(
    queue: FairQueue,
    job: Job,
    caps: Caps,
    starts_at: Callable[[str], float | None],
    count: int = 1,
) -> None:
    """Check that a job, or so many like it, may wait.

    Raises `Refusal` that says which cap is reached, and when a place will be free; or for how many
    there is room.
    """
    limits = [
        (queue.of_member(job.user_id), caps.member, refusals.member_has_enough),
        (queue.of_all(), caps.total, refusals.queue_full),
    ]
    if job.guild_id is not None:
        limits.insert(1, (queue.of_guild(job.guild_id), caps.guild, refusals.guild_has_enough))
    for waiting, cap, refusal in limits:
        if len(waiting) >= cap:
            _, _, first = waiting[0]
            raise Refusal(refusal(cap, starts_at(first)))
    free = min(cap - len(waiting) for waiting, cap, _refusal in limits)
    if free < count:
        raise Refusal(permutations.too_few_places(count, free))


def choose_model(catalogue: Catalogue, name: str) -> ModelSpec:
    """Look a model up by name. Raises `Refusal` that lists what exists."""
    try:
        return catalogue[name]
    except UnknownModelError as error:
        raise Refusal(error.text(_)) from None


def make_plan(
    wish: Wish,
    spec: ModelSpec,
    rules: GuildRules,
    offer: Offer,
    *,
    job_id: str,
    output_path: str,
    max_bytes: int | None,
    previews: bool = False,
) -> Plan:
    """Check a wish that has its defaults, and make it exact. Raises `Refusal`."""
    offer.check(wish, spec)
    _check_contradictions(wish)
    prompt = check_prompt(wish.prompt)
    check_words(prompt, rules)
    negative_prompt = _check_negative_prompt(wish.negative_prompt)
    check_words(negative_prompt, rules)
    usual = spec.preset(wish.preset or "normal")
    fps = wish.fps or usual.fps
    (width, height), shape_notes = _size(wish, spec, usual)
    num_frames, length_notes = _frames(wish, spec, fps)
    style = offer.style(wish.style)
    styled, unwanted = prompt, negative_prompt
    if style is not None:
        styled, unwanted = offer.styles[style].over(prompt, negative_prompt)
    request = spec.request(
        id=job_id,
        prompt=styled,
        preset=wish.preset or "normal",
        negative_prompt=unwanted,
        seed=check_seed(wish.seed),
        output_path=output_path,
        width=width,
        height=height,
        num_frames=num_frames,
        fps=fps,
        num_inference_steps=check_steps(wish.steps, spec),
        guidance_scale=_check_guidance(wish.guidance, spec),
        max_bytes=max_bytes,
        image_path=wish.image_path,
        continues=wish.continues,
        upscales=wish.upscales,
        smooths=wish.smooths,
        variation_seed=wish.variation_seed,
        variation_strength=wish.variation_strength,
        lora=wish.lora,
        previews=previews,
        filmstrip=True,
    )
    request, cuts = under_ceilings(request, wish, spec, rules)
    return Plan(
        request,
        shape_notes + length_notes + cuts,
        style,
        own_prompt=prompt if style else None,
        own_negative_prompt=negative_prompt if style else None,
    )


def _check_contradictions(wish: Wish) -> None:
    for one, other in (("size", "aspect"), ("frames", "seconds")):
        if getattr(wish, one) is not None and getattr(wish, other) is not None:
            raise Refusal(wishes.one_of(one, other))


def check_prompt(prompt: str) -> str:
    """Return the prompt tidied. Raises `Refusal` when empty or too long."""
    prompt = tidy(prompt)
    if not prompt:
        raise Refusal(wishes.PROMPT_EMPTY)
    if len(prompt) > MAX_PROMPT_LENGTH:
        raise Refusal(wishes.prompt_too_long(len(prompt), MAX_PROMPT_LENGTH))
    return prompt


def check_seed(seed: int | None) -> int:
    """Return the seed, or draw one. Raises `Refusal` outside 0 .. 2**32 - 1."""
    if seed is None:
        return secrets.randbelow(MAX_SEED + 1)
    if not 0 <= seed <= MAX_SEED:
        raise Refusal(wishes.out_of_range("seed", seed, 0, MAX_SEED))
    return seed


def check_steps(steps: int | None, spec: ModelSpec) -> int | None:
    if steps is not None and not spec.min_steps <= steps <= spec.max_steps:
        raise Refusal(wishes.out_of_range("steps", steps, spec.min_steps, spec.max_steps))
    return steps


def check_seconds(seconds: float, spec: ModelSpec, fps: int | None = None) -> float:
    """Raises `Refusal` when the model cannot make a clip of that length."""
    fps = fps or spec.defaults.fps
    longest = spec.frames.max / fps
    if not 0 < seconds <= longest + 0.5 / fps:
        raise Refusal(wishes.seconds_refused(seconds, longest, spec.title))
    return seconds


def _check_negative_prompt(negative_prompt: str | None) -> str:
    text = tidy(negative_prompt or "")
    if len(text) > MAX_PROMPT_LENGTH:
        raise Refusal(wishes.prompt_too_long(len(text), MAX_PROMPT_LENGTH))
    return text


def _check_guidance(guidance: float | None, spec: ModelSpec) -> float | None:
    if guidance is not None and not 1 <= guidance <= spec.max_guidance_scale:
        raise Refusal(wishes.out_of_range("guidance", guidance, 1, spec.max_guidance_scale))
    return guidance


def _size(wish: Wish, spec: ModelSpec, usual: Settings) -> tuple[tuple[int, int], tuple[str, ...]]:
    """Return a legal size, and what to say if it is not of the shape asked for."""
    if wish.size is not None:
        maker = spec if wish.upscales is None else spec.upscale_entry
        return check_size(wish.size, maker), ()
    if wish.aspect is None:
        return (usual.width, usual.height), ()
    size, note = size_of_aspect(wish.aspect, spec, usual)
    if note is not None and wish.has_image:
        note = status.picture_cut(*size)
    return size, () if note is None else (note,)


def _frames(wish: Wish, spec: ModelSpec, fps: int) -> tuple[int | None, tuple[str, ...]]:
    """Return a legal frame count, and what to say if it is not the one asked for."""
    if wish.frames is not None:
        if not 1 <= wish.frames <= spec.frames.max:
            raise Refusal(wishes.out_of_range("frames", wish.frames, 1, spec.frames.max))
        frames = spec.fit_frames(wish.frames)
        changed = frames != wish.frames
        note = status.frames_adjusted(wish.frames, frames, spec.title)
    elif wish.seconds is not None:
        frames = spec.frames_for(check_seconds(wish.seconds, spec, fps), fps)
        changed = abs(frames / fps - wish.seconds) > 0.5 / fps
        note = status.seconds_adjusted(wish.seconds, frames / fps, spec.title)
    else:
        return None, ()
    return frames, (note,) if changed else ()
