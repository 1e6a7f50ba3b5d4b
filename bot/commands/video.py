"""/video: what to make, with as many options as somebody wants to give."""

import inspect
from collections.abc import Callable
from typing import Any, cast

import discord
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.completion import complete_lora, complete_model, complete_size, complete_style
from bot.components.drafts import ask_for_video
from bot.i18n import N_
from bot.jobs.limits import MAX_PROMPT_LENGTH, MAX_SEED
from bot.jobs.several import MAX_VARIATIONS
from bot.jobs.shapes import ASPECTS
from bot.jobs.wish import Wish
from bot.texts.settings import QUALITIES
from generator import PresetName

DESCRIPTIONS = {
    "prompt": N_("What the video shows; leave it out for a form"),
    "image": N_("A picture the video begins with"),
    "model": N_("Which model makes it"),
    "quality": N_("Draft is quick, best takes longer"),
    "seconds": N_("Length in seconds"),
    "aspect": N_("The shape of the picture, as width to height"),
    "size": N_("Width x height in pixels, such as 256x256, instead of a shape"),
    "seed": N_("The same seed and settings give the same video"),
    "enhance": N_("Suggest a better prompt, which you see first"),
    "negative_prompt": N_("What the video should not show"),
    "style": N_("A look that is laid over your words"),
    "variations": N_("How many videos to make of it, each with its own seed"),
    "steps": N_("Denoising steps: more is slower and finer"),
    "guidance": N_("How strictly to follow the prompt"),
    "frames": N_("Length in frames, instead of seconds"),
    "lora": N_("One of the model's LoRAs"),
    "explain": N_("Add how this very video was made"),
    "private": N_("Only you see it"),
    "spoiler": N_("Cover it until somebody wants to see it"),
}


def add_video_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /video, with the options that at least one model of the catalogue takes."""

    async def video(
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, MAX_PROMPT_LENGTH] | None = None,
        image: discord.Attachment | None = None,
        model: str | None = None,
        quality: str | None = None,
        seconds: app_commands.Range[float, 0.1, 60.0] | None = None,
        aspect: str | None = None,
        size: app_commands.Range[str, 3, 12] | None = None,
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
        enhance: bool = False,
        negative_prompt: app_commands.Range[str, 0, MAX_PROMPT_LENGTH] | None = None,
        style: app_commands.Range[str, 1, 50] | None = None,
        variations: app_commands.Range[int, 1, MAX_VARIATIONS] = 1,
        steps: app_commands.Range[int, 1, 200] | None = None,
        guidance: app_commands.Range[float, 1.0, 30.0] | None = None,
        frames: app_commands.Range[int, 1, 2000] | None = None,
        lora: app_commands.Range[str, 1, 50] | None = None,
        explain: bool | None = None,
        private: bool | None = None,
        spoiler: bool | None = None,
    ) -> None:
        wish = Wish(
            prompt=prompt or "",
            negative_prompt=negative_prompt,
            model=model,
            preset=cast(PresetName | None, quality),
            seconds=seconds,
            frames=frames,
            aspect=aspect,
            size=size,
            steps=steps,
            guidance=guidance,
            seed=seed,
            style=style,
            lora=lora,
            variations=variations,
            explain=explain,
            private=private,
            spoiler=spoiler,
        )
        await ask_for_video(interaction, wish, image, enhance=enhance)

    _leave_out(video, _options_nobody_takes(tree.client))
    offered = inspect.signature(video).parameters
    describe = app_commands.describe(
        **{name: text for name, text in DESCRIPTIONS.items() if name in offered}
    )
    choose = app_commands.choices(
        quality=[app_commands.Choice(name=name, value=key) for key, name in QUALITIES.items()],
        aspect=[app_commands.Choice(name=aspect, value=aspect) for aspect in ASPECTS],
    )
    command = tree.command(name="video", description=N_("Make a short video from a description"))(
        choose(describe(video))
    )
    command.autocomplete("model")(complete_model)
    command.autocomplete("size")(complete_size)
    command.autocomplete("style")(complete_style)
    if "lora" in offered:
        command.autocomplete("lora")(complete_lora)


def _options_nobody_takes(client: ZoetropeClient) -> set[str]:
    taken = {
        "image": any(spec.image_to_video for spec in client.catalogue),
        "lora": any(spec.optional_loras for spec in client.catalogue),
        "enhance": client.enhancer is not None,
    }
    return {option for option, is_taken in taken.items() if not is_taken}


def _leave_out(callback: Callable[..., Any], options: set[str]) -> None:
    """Hide options from discord.py, which reads them from the signature; they have defaults."""
    signature = inspect.signature(callback)
    kept = [each for name, each in signature.parameters.items() if name not in options]
    vars(callback)["__signature__"] = signature.replace(parameters=kept)
