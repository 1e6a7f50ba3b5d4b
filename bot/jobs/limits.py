"""From a member's wish to a request the model can meet, or a refusal that says why."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import Refusal
from bot.jobs.job import Job
from bot.jobs.queue import FairQueue
from bot.jobs.rules import GuildRules
from bot.jobs.words import blocked_word
from bot.texts import refusals, status
from generator import Catalogue, GenerationRequest, ModelSpec, UnknownModelError

MAX_PROMPT_LENGTH = 1000
MAX_SEED = 2**32 - 1
_SIZE = re.compile(r"\s*(\d{1,5})\s*[x×*]\s*(\d{1,5})\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a member typed; `None` is "as usual here"."""

    prompt: str
    negative_prompt: str | None = None
    model: str | None = None
    seconds: float | None = None
    frames: int | None = None
    size: str | None = None
    steps: int | None = None
    guidance: float | None = None
    seed: int | None = None
    explain: bool = False


@dataclass(frozen=True)
class Plan:
    """A request within every rule, and what had to be adjusted, in words."""

    request: GenerationRequest
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How many jobs may wait: of one member, of one server, and in all."""

    member: int
    guild: int
    total: int


def check_room(
    queue: FairQueue, job: Job, caps: Caps, starts_at: Callable[[str], float | None]
) -> None:
    """Raises `Refusal` that says which cap is reached, and when a place will be free."""
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


def choose_model(catalogue: Catalogue, name: str) -> ModelSpec:
    """Look a model up by name. Raises `Refusal` that lists what exists."""
    try:
        return catalogue[name]
    except UnknownModelError as error:
        raise Refusal(str(error)) from None


def make_plan(
    wish: Wish,
    spec: ModelSpec,
    rules: GuildRules,
    *,
    job_id: str,
    output_path: str,
    max_bytes: int | None,
    previews: bool = False,
) -> Plan:
    """Fill a wish with the server's and the model's defaults and check it. Raises `Refusal`."""
    prompt = check_prompt(wish.prompt)
    if (word := blocked_word(prompt, rules.blocked_words)) is not None:
        raise Refusal(refusals.word_blocked(word))
    negative_prompt = _check_negative_prompt(wish.negative_prompt, spec)
    width, height = _size(wish, spec, rules)
    num_frames, notes = _frames(wish, spec, rules)
    request = spec.request(
        id=job_id,
        prompt=prompt,
        negative_prompt=negative_prompt,
        seed=check_seed(wish.seed),
        output_path=output_path,
        width=width,
        height=height,
        num_frames=num_frames,
        num_inference_steps=check_steps(wish.steps, spec) or _usual_steps(spec, rules),
        guidance_scale=_check_guidance(wish.guidance, spec),
        max_bytes=max_bytes,
        previews=previews,
        filmstrip=True,
    )
    return Plan(request, notes)


def check_prompt(prompt: str) -> str:
    """Return the prompt with its white space tidied. Raises `Refusal` when empty or too long."""
    prompt = " ".join(prompt.split())
    if not prompt:
        raise Refusal(refusals.PROMPT_EMPTY)
    if len(prompt) > MAX_PROMPT_LENGTH:
        raise Refusal(refusals.prompt_too_long(len(prompt), MAX_PROMPT_LENGTH))
    return prompt


def check_seed(seed: int | None) -> int:
    """Return the seed, or draw one. Raises `Refusal` outside 0 .. 2**32 - 1."""
    if seed is None:
        return secrets.randbelow(MAX_SEED + 1)
    if not 0 <= seed <= MAX_SEED:
        raise Refusal(refusals.out_of_range("seed", seed, 0, MAX_SEED))
    return seed


def check_steps(steps: int | None, spec: ModelSpec) -> int | None:
    if steps is not None and not spec.min_steps <= steps <= spec.max_steps:
        raise Refusal(refusals.out_of_range("steps", steps, spec.min_steps, spec.max_steps))
    return steps


def check_size(text: str, spec: ModelSpec) -> tuple[int, int]:
    """Parse "256x256". Raises `Refusal` naming the nearest size the model has."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise Refusal(refusals.size_unreadable(text, spec.defaults.width, spec.defaults.height))
    width, height = int(match[1]), int(match[2])
    nearest = spec.fit_size(width, height)
    if nearest != (width, height):
        raise Refusal(refusals.size_refused(width, height, spec.title, *nearest))
    return width, height


def check_seconds(seconds: float, spec: ModelSpec) -> float:
    """Raises `Refusal` when the model cannot make a clip of that length."""
    fps = spec.defaults.fps
    longest = spec.frames.max / fps
    if not 0 < seconds <= longest + 0.5 / fps:
        raise Refusal(refusals.seconds_refused(seconds, longest, spec.title))
    return seconds


def _check_negative_prompt(negative_prompt: str | None, spec: ModelSpec) -> str:
    text = " ".join((negative_prompt or "").split())
    if text and not spec.negative_prompt:
        raise Refusal(refusals.option_lacking("negative_prompt", spec.title, []))
    if len(text) > MAX_PROMPT_LENGTH:
        raise Refusal(refusals.prompt_too_long(len(text), MAX_PROMPT_LENGTH))
    return text


def _check_guidance(guidance: float | None, spec: ModelSpec) -> float | None:
    if guidance is not None and not 1 <= guidance <= spec.max_guidance_scale:
        raise Refusal(refusals.out_of_range("guidance", guidance, 1, spec.max_guidance_scale))
    return guidance


def _size(wish: Wish, spec: ModelSpec, rules: GuildRules) -> tuple[int, int]:
    if wish.size is not None:
        return check_size(wish.size, spec)
    if rules.size is not None and rules.model == spec.name:
        return check_size(rules.size, spec)
    return spec.defaults.width, spec.defaults.height


def _frames(wish: Wish, spec: ModelSpec, rules: GuildRules) -> tuple[int, tuple[str, ...]]:
    """Return a legal frame count, and what to say if it is not the one asked for."""
    fps = spec.defaults.fps
    if wish.frames is not None:
        if not 1 <= wish.frames <= spec.frames.max:
            raise Refusal(refusals.out_of_range("frames", wish.frames, 1, spec.frames.max))
        frames = spec.fit_frames(wish.frames)
        changed = frames != wish.frames
        note = status.frames_adjusted(wish.frames, frames, spec.title)
    elif wish.seconds is not None:
        frames = spec.frames_for(check_seconds(wish.seconds, spec), fps)
        changed = abs(frames / fps - wish.seconds) > 0.5 / fps
        note = status.seconds_adjusted(wish.seconds, frames / fps, spec.title)
    else:
        usual = rules.seconds if rules.model == spec.name else None
        return spec.defaults.num_frames if usual is None else spec.frames_for(usual, fps), ()
    return frames, (note,) if changed else ()


def _usual_steps(spec: ModelSpec, rules: GuildRules) -> int:
    """A server's number of steps is meant for its own model; a few-step model keeps its own."""
    usual = rules.steps if rules.model == spec.name else None
    return usual or spec.defaults.num_inference_steps
