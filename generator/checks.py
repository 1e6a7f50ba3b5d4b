"""Whether a model can make what is asked of it, and what to ask instead."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import structs

from generator.errors import GenerationError
from generator.messages import N_
from generator.protocol import GenerationRequest

if TYPE_CHECKING:
    from generator.spec import ModelSpec


def check(spec: "ModelSpec", request: GenerationRequest) -> None:
    """Raise `GenerationError("invalid")` unless the request keeps the model's rules."""
    for message in _missing_abilities(spec, request):
        raise GenerationError("invalid", message, {"model": spec.title})
    if request.lora is not None and request.lora not in spec.optional_loras:
        raise _unknown_lora(spec, request.lora)
    asked = structs.asdict(request)
    legal = spec.request(**{name: asked[name] for name in asked if name != "model"})
    for name, value in asked.items():
        nearest = getattr(legal, name)
        if value != nearest:
            raise GenerationError(
                "invalid",
                N_("{model} cannot use {setting} {value}. Try {nearest}."),
                {
                    "model": spec.title,
                    "setting": name,
                    "value": repr(value),
                    "nearest": repr(nearest),
                },
            )


def _missing_abilities(spec: "ModelSpec", request: GenerationRequest) -> Iterator[str]:
    if request.image_path is not None and spec.image_to_video is None:
        yield N_(
            "{model} makes clips from words alone. Leave the picture out, or choose a model that"
            " begins with one."
        )
    if request.continues is not None and not spec.can_extend:
        yield N_("{model} cannot extend a clip. Choose a model that can begin with a picture.")
    if request.upscales is not None and not spec.can_upscale:
        yield N_("{model} cannot make a clip larger. Choose a model that can.")
    if sum(map(bool, (request.image_path, request.continues, request.upscales))) > 1:
        yield N_(
            "A clip begins with a picture, or goes on from another, or is made larger."
            " Ask for one of these."
        )


def _unknown_lora(spec: "ModelSpec", name: str) -> GenerationError:
    if not spec.optional_loras:
        return GenerationError(
            "invalid",
            N_("{model} has no LoRAs to choose from. Leave {name} out."),
            {"model": spec.title, "name": name},
        )
    return GenerationError(
        "invalid",
        N_("{model} has no LoRA named {name}. There are: {available}."),
        {"model": spec.title, "name": name, "available": ", ".join(spec.optional_loras)},
    )
