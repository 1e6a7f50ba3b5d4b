"""What /mysettings shows: a menu for each choice, and the form for what is written."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord.ui import Separator, TextDisplay

from bot.client import ZoetropeClient
from bot.commands.asking import offer_of
from bot.components.panels import layout, panel_button, panel_form, panel_menu, row
from bot.errors import Refusal
from bot.i18n import LANGUAGES, _
from bot.jobs.choices import MemberChoices
from bot.jobs.limits import MAX_PROMPT_LENGTH
from bot.jobs.shapes import ASPECTS
from bot.texts import mysettings
from bot.texts.settings import QUALITIES
from generator import Catalogue

AS_USUAL = "-"
"""What a menu has for no choice."""
_IN_MENU = 24
"""Beside that; Discord shows 25."""

_Item = discord.ui.Item[Any]


async def mysettings_page(
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
    options = [_option(field, AS_USUAL, None, chosen=chosen is None)]
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


def mysettings_form(choices: MemberChoices) -> discord.ui.Modal:
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
