"""/mysettings: what a member wants for all their videos, wherever they do not say otherwise."""

from collections.abc import Mapping, Sequence
from typing import get_args

import msgspec
from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.completion import complete_model, complete_style
from bot.commands.mysettings_page import AS_USUAL, mysettings_form, mysettings_page
from bot.components.forms import typed_in
from bot.components.panels import Panel
from bot.errors import Refusal
from bot.i18n import LANGUAGES, N_, language_of, speak
from bot.jobs.choices import MemberChoices
from bot.jobs.limits import choose_model
from bot.jobs.offer import Offer
from bot.jobs.shapes import ASPECTS
from bot.texts import mysettings, refusals, wishes
from generator import PresetName

MIN_SECONDS, MAX_SECONDS = 0.1, 60.0


def add_mysettings_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /mysettings."""

    @tree.command(
        name="mysettings", description=N_("What you want for all your videos; only you see it")
    )
    @app_commands.describe(
        model=N_("Which model makes your videos"), style=N_("A look for your videos")
    )
    async def show(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction, model: str | None = None, style: str | None = None
    ) -> None:
        choices = await interaction.client.store.choices(interaction.user.id)
        given = {"model": model, "style": style}
        changes = {field: value for field, value in given.items() if value is not None}
        if changes:
            choices = await _save(interaction, choices, changes)
        note = mysettings.SAVED if changes else ""
        view = await mysettings_page(interaction.client, choices, note)
        await interaction.response.send_message(view=view, ephemeral=True)

    show.autocomplete("model")(complete_model)
    show.autocomplete("style")(complete_style)


async def _choose(interaction: Interaction, field: str, values: Sequence[str]) -> None:
    """Keep what was chosen in one of the menus."""
    changes: dict[str, object] = {}
    if field == "switches":
        changes = {name: name in values for name in mysettings.SWITCHES}
    elif field in mysettings.FIELDS:
        (value,) = values
        changes = {field: None if value == AS_USUAL else value}
    else:
        raise Refusal(refusals.UNKNOWN_BUTTON)
    await _change(interaction, changes)


async def _form(interaction: Interaction, argument: str, _values: Sequence[str]) -> None:
    """Open the form, or keep what was written into it."""
    if argument != "form":
        choices = await interaction.client.store.choices(interaction.user.id)
        await interaction.response.send_modal(mysettings_form(choices))
        return
    written = typed_in(interaction)
    changes = {
        "seconds": _seconds(written.get("seconds", "")),
        "negative_prompt": " ".join(written.get("negative_prompt", "").split()) or None,
    }
    await _change(interaction, changes)


async def _reset(interaction: Interaction, _argument: str, _values: Sequence[str]) -> None:
    choices = MemberChoices()
    await interaction.client.store.save_choices(interaction.user.id, choices)
    await _answer(interaction, choices, mysettings.RESET_DONE)


MYSETTINGS_PANELS: Mapping[str, Panel] = {"choose": _choose, "write": _form, "reset": _reset}


async def _change(interaction: Interaction, changes: Mapping[str, object]) -> None:
    choices = await interaction.client.store.choices(interaction.user.id)
    choices = await _save(interaction, choices, changes)
    await _answer(interaction, choices, mysettings.SAVED)


async def _answer(interaction: Interaction, choices: MemberChoices, note: str) -> None:
    speak(choices.language or language_of(interaction.locale))
    await interaction.response.edit_message(
        view=await mysettings_page(interaction.client, choices, note)
    )


async def _save(
    interaction: Interaction, choices: MemberChoices, changes: Mapping[str, object]
) -> MemberChoices:
    """Check and keep what changes. Raises `Refusal` for what there is not."""
    client = interaction.client
    choices = msgspec.structs.replace(choices, **await _checked(client, changes))
    await client.store.save_choices(interaction.user.id, choices)
    return choices


async def _checked(client: ZoetropeClient, changes: Mapping[str, object]) -> dict[str, object]:
    checked = dict(changes)
    match changes:
        case {"model": str(name)}:
            choose_model(client.catalogue, name)
        case {"quality": str(name)} if name not in get_args(PresetName):
            raise Refusal(refusals.UNKNOWN_BUTTON)
        case {"aspect": str(name)} if name not in ASPECTS:
            raise Refusal(refusals.UNKNOWN_BUTTON)
        case {"language": str(name)} if name not in LANGUAGES:
            raise Refusal(refusals.UNKNOWN_BUTTON)
        case _:
            pass
    if isinstance(style := changes.get("style"), str):
        checked["style"] = Offer(styles=client.styles).style(style)
    return checked


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        raise Refusal(mysettings.not_a_number(text)) from None
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:  # not a number, too
        raise Refusal(wishes.out_of_range("seconds", seconds, MIN_SECONDS, MAX_SECONDS))
    return seconds
