"""/mysettings: what a member wants for all their videos, wherever they do not say otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import discord
import msgspec
from discord import app_commands
from discord.ui import Separator, TextDisplay

from bot.client import Interaction, ZoetropeClient
from bot.commands.asking import offer_of
from bot.commands.completion import complete_model, complete_style
from bot.components.forms import typed_in
from bot.components.panels import (
    Panel,
    layout,
    panel_button,
    panel_form,
    panel_menu,
    row,
)
from bot.errors import Refusal
from bot.i18n import LANGUAGES, N_, _, language_of, speak
from bot.jobs.choices import MemberChoices
from bot.jobs.limits import MAX_PROMPT_LENGTH, choose_model
from bot.jobs.offer import Offer
from bot.jobs.shapes import ASPECTS
from bot.texts import mysettings, refusals, wishes
from bot.texts.settings import QUALITIES
from generator import Catalogue, PresetName

MIN_SECONDS, MAX_SECONDS = 0.1, 60.0
_AS_USUAL = "-"
"""What a menu has for no choice."""
_IN_MENU = 24
"""Beside that; Discord shows 25."""

_Item = discord.ui.Item[Any]


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
        view = await _page(interaction.client, choices, note)
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
        changes = {field: None if value == _AS_USUAL else value}
    else:
        raise Refusal(refusals.UNKNOWN_BUTTON)
    await _change(interaction, changes)


async def _form(interaction: Interaction, argument: str, _values: Sequence[str]) -> None:
    """Open the form, or keep what was written into it."""
    if argument != "form":
        choices = await interaction.client.store.choices(interaction.user.id)
        await interaction.response.send_modal(_filled_form(choices))
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
    await interaction.response.edit_message(view=await _page(interaction.client, choices, note))


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


# --- the page -------------------------------------------------------------------------------------


async def _page(
    client: ZoetropeClient, choices: MemberChoices, note: str = ""
) -> discord.ui.LayoutView:
    written = [mysettings.seconds(choices.seconds)]
    written.append(mysettings.negative_prompt(choices.negative_prompt))
    heading = [f"### {_(mysettings.TITLE)}", *([f"**{_(note)}**"] if note else [])]
    return layout(
        TextDisplay("\n".join([*heading, _(mysettings.WHAT_FOR)])),
        *await _menus(client, choices),
        row(_switches(choices)),
        Separator(),
        TextDisplay("\n".join(written)),
        row(
            panel_button("write", "", _(mysettings.FORM_BUTTON), "✏️"),
            panel_button(
                "reset",
                "",
                _(mysettings.RESET),
                "↩️",
                discord.ButtonStyle.danger,
                disabled=choices == MemberChoices(),
            ),
        ),
    )


async def _menus(client: ZoetropeClient, choices: MemberChoices) -> list[_Item]:
    models = await _models(client)
    styles = {name: _(name) for name in client.styles}
    qualities = {name: _(label) for name, label in QUALITIES.items()}
    aspects = {name: name for name in ASPECTS}
    items = [
        _menu("model", choices.model, models, _titles(client.catalogue)),
        _menu("quality", choices.quality, qualities),
        _menu("aspect", choices.aspect, aspects),
        *([_menu("style", choices.style, styles)] if styles else []),
        _menu("language", choices.language, LANGUAGES),
    ]
    if len(models) > _IN_MENU:
        items.insert(1, TextDisplay(_(mysettings.MORE_MODELS)))
    if len(styles) > _IN_MENU:
        items.insert(-1, TextDisplay(_(mysettings.MORE_STYLES)))
    return items


async def _models(client: ZoetropeClient) -> dict[str, str]:
    """Return the names and titles of those that run here; of all while that is not known."""
    try:
        specs = (await offer_of(client)).models
    except Refusal:
        specs = list(client.catalogue)
    return {spec.name: spec.title for spec in specs}


def _titles(catalogue: Catalogue) -> dict[str, str]:
    return {spec.name: spec.title for spec in catalogue}


def _menu(
    field: str,
    chosen: str | None,
    names: Mapping[str, str],
    known: Mapping[str, str] | None = None,
) -> _Item:
    """Return a menu of names by value, with what is chosen first where it is not in the list."""
    listed = dict(list(names.items())[:_IN_MENU])
    if chosen is not None and chosen not in listed:
        name = (known or names).get(chosen) or mysettings.gone(chosen)
        listed = {chosen: name, **dict(list(listed.items())[: _IN_MENU - 1])}
    options = [_option(field, _AS_USUAL, None, chosen=chosen is None)]
    options += [
        _option(field, value, name, chosen=value == chosen) for value, name in listed.items()
    ]
    return row(panel_menu("choose", field, mysettings.choice(field, None), options))


def _option(field: str, value: str, name: str | None, *, chosen: bool) -> discord.SelectOption:
    label = mysettings.choice(field, name)[:100]
    return discord.SelectOption(label=label, value=value, default=chosen)


def _switches(choices: MemberChoices) -> Any:
    options = [
        discord.SelectOption(label=_(label), value=name, default=getattr(choices, name))
        for name, label in mysettings.SWITCHES.items()
    ]
    most = len(options)
    return panel_menu("choose", "switches", _(mysettings.NO_SWITCH), options, least=0, most=most)


def _filled_form(choices: MemberChoices) -> discord.ui.Modal:
    return panel_form("write", _(mysettings.FORM_TITLE), _fields(choices))


def _fields(choices: MemberChoices) -> Iterator[discord.ui.Label[Any]]:
    seconds = "" if choices.seconds is None else f"{choices.seconds:g}"
    yield discord.ui.Label(
        text=_(mysettings.SECONDS),
        description=_(mysettings.SECONDS_HINT),
        component=discord.ui.TextInput(
            custom_id="seconds", default=seconds, required=False, max_length=8
        ),
    )
    yield discord.ui.Label(
        text=_(mysettings.NEGATIVE),
        description=_(mysettings.NEGATIVE_HINT),
        component=discord.ui.TextInput(
            custom_id="negative_prompt",
            style=discord.TextStyle.paragraph,
            default=choices.negative_prompt or "",
            required=False,
            max_length=MAX_PROMPT_LENGTH,
        ),
    )
