"""A server's model in the words and numbers that the topics' `{names}` stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from bot.explainer.facts import ModelFacts, facts_of
from bot.explainer.topics import model as words
from bot.i18n import _, decimal
from generator import GenerationRequest, ModelSpec


@dataclass(frozen=True)
class Subject:
    """What the lesson speaks of: a model, and a clip as it is made here as a rule."""

    spec: ModelSpec
    request: GenerationRequest


def clip_shape(request: GenerationRequest) -> tuple[int, int, int, int]:
    """Return (frames, height, width, channels)."""
    return request.num_frames, request.height, request.width, 3


def latents_shape(subject: Subject) -> tuple[int, int, int, int] | None:
    """Return (frames, height, width, channels), or None where it is not known."""
    latents = facts_of(subject.spec, subject.request).latents
    return latents.shape(subject.request) if latents else None


def passes(subject: Subject) -> int:
    """Return how often the denoiser runs for the clip."""
    request = subject.request
    steps = subject.spec.total_steps(request) or request.num_inference_steps
    twice = request.guidance_scale > 1 and not facts_of(subject.spec, request).guided_inside
    return 2 * steps if twice else steps


def sentences(subject: Subject) -> Mapping[str, str]:
    """Return all names and what they stand for, in the language being spoken."""
    numbers = _numbers(subject)
    spec, request = subject.spec, subject.request
    known = facts_of(spec, request)
    chosen = {
        "latents_sentence": words.LATENTS_KNOWN if known.latents else words.LATENTS_UNKNOWN,
        "sizes_words": words.SIZES_KNOWN if known.latents else words.SIZES_UNKNOWN,
        "latents_size_or_unknown": ("{latents_size}" if known.latents else words.NOT_KNOWN),
        "prediction_sentence": words.PREDICTIONS[known.prediction],
        "try_steps": (words.STEPS_FIXED if spec.min_steps == spec.max_steps else words.STEPS_FREE),
        "guidance_sentence": _guidance(request, known),
        "try_guidance": (
            words.GUIDANCE_FREE if spec.max_guidance_scale > 1 else words.GUIDANCE_FIXED
        ),
        "passes_sentence": (
            words.PASSES_ONE if numbers["passes"] == numbers["steps"] else words.PASSES_TWO
        ),
        "world_sentence": words.SMALL_WORLD if spec.small_world else words.WIDE_WORLD,
        "negative_sentence": words.NEGATIVE if spec.negative_prompt else words.NO_NEGATIVE,
        "sound_sentence": words.SOUND if spec.audio else words.NO_SOUND,
        "card_sentence": _card(spec),
    }
    told = {name: _(text) for name, text in chosen.items()}
    told["steps_words"] = words.steps_words(int(numbers["steps"]))
    return numbers | {name: text.format_map(numbers) for name, text in told.items()}


def _guidance(request: GenerationRequest, known: ModelFacts) -> str:
    if request.guidance_scale <= 1:
        return words.GUIDANCE_OFF
    return words.GUIDANCE_INSIDE if known.guided_inside else words.GUIDANCE_ON


def _numbers(subject: Subject) -> dict[str, str]:
    spec, request = subject.spec, subject.request
    clip, latents = clip_shape(request), latents_shape(subject)
    steps = spec.total_steps(request) or request.num_inference_steps
    note = f" ({_(spec.licence_note)})" if spec.licence_note else ""
    return {
        "title": spec.title,
        "description": _(spec.description),
        "licence": f"{spec.licence}{note}",
        "card": str(spec.model_card),
        "width": str(request.width),
        "height": str(request.height),
        "frames": str(request.num_frames),
        "fps": str(request.fps),
        "steps": str(steps),
        "min_steps": str(spec.min_steps),
        "max_steps": str(spec.max_steps),
        "few_steps": str(max(spec.min_steps, steps // 4)),
        "many_steps": str(min(spec.max_steps, 2 * steps)),
        "passes": str(passes(subject)),
        "guidance": f"{request.guidance_scale:g}",
        "middle_guidance": f"{min(max(request.guidance_scale, 3), spec.max_guidance_scale):g}",
        "max_guidance": f"{spec.max_guidance_scale:g}",
        "clip_size": _times(clip),
        "clip_numbers": decimal(prod(clip)),
        "latents_size": _times(latents) if latents else "",
        "latents_numbers": decimal(prod(latents)) if latents else "",
        "fewer": decimal(prod(clip) / prod(latents)) if latents else "",
    }


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(str(length) for length in shape)


def _card(spec: ModelSpec) -> str:
    if isinstance(spec.model_card, str):
        return words.CARD_PAGE
    return words.CARD_FILE if spec.model_card.is_file() else words.NO_CARD
