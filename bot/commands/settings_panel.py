"""/settings panel: the settings most servers change, to be chosen instead of typed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ui import TextDisplay

from bot.client import Interaction
from bot.commands.managing import changing, managed_guild
from bot.commands.settings_checks import lay_over
from bot.components.forms import typed_in
from bot.components.panels import (
    Panel,
    PanelItem,
    layout,
    panel_button,
    panel_form,
    panel_menu,
    row,
)
from bot.errors import Refusal
from bot.i18n import LANGUAGES, N_, _
from bot.jobs.ceilings import read_size
from bot.jobs.rules import GuildRules
from bot.settings import Settings
from bot.texts import settings, wishes

_AS_USUAL = "-"
"""What a menu has for no decision."""
_SWITCHES = ("author_only", "previews", "spoiler", "explain")


def add_panel_command(group: app_commands.Group) -> None:
    """Add it to /settings."""

    @group.command(name="panel", description=N_("Choose this server's settings from menus"))
    async def panel(interaction: Interaction) -> None:  # pyright: ignore[reportUnusedFunction]
        guild = managed_guild(interaction)
        rules = await interaction.client.store.rules(guild.id)
        view = layout(
            TextDisplay(f"### {settings.title(guild.name)}\n{_(settings.PANEL)}"),
            row(_menu("preset", rules.preset, settings.QUALITIES)),
            row(_menu("language", rules.language, LANGUAGES)),
            row(_switches(rules, interaction.client.settings)),
            row(panel_button("serverlimits", "", _(settings.LIMITS), "✏️")),
        )
        await interaction.response.send_message(view=view, ephemeral=True)


async def _choose(interaction: Interaction, field: str, values: Sequence[str]) -> None:
    """Keep what was chosen in one of the menus."""
    async with changing(interaction) as draft:
        changes: dict[str, object] = {}
        if field == "switches":
            before = _switched(draft.rules, interaction.client.settings)
            after = {name: name in values for name in _SWITCHES}
            changes = {name: on for name, on in after.items() if on != before[name]}
        elif field in ("preset", "language"):
            known = settings.QUALITIES if field == "preset" else LANGUAGES
            (value,) = values
            changes = {field: value if value in known else None}
        if changes:
            await lay_over(interaction.client, draft, changes)


async def _limit(interaction: Interaction, argument: str, _values: Sequence[str]) -> None:
    """Open the form, or keep what was written into it."""
    if argument != "form":
        rules = await interaction.client.store.rules(managed_guild(interaction).id)
        form = panel_form("serverlimits", _(settings.LIMITS_TITLE), _fields(rules))
        await interaction.response.send_modal(form)
        return
    written = typed_in(interaction)
    async with changing(interaction) as draft:
        changes = {name: read(written.get(name, "")) for name, read in _READERS.items()}
        await lay_over(interaction.client, draft, changes)


SETTINGS_PANELS: Mapping[str, Panel] = {"server": _choose, "serverlimits": _limit}


def _menu(field: str, chosen: str | None, names: Mapping[str, str]) -> PanelItem:
    label = _(settings.LABELS[field])
    options = [
        discord.SelectOption(
            label=settings.choice(label, settings.shown(field, value)),
            value=value or _AS_USUAL,
            default=value == chosen,
        )
        for value in (None, *names)
    ]
    return panel_menu("server", field, label, options)


def _switches(rules: GuildRules, limits: Settings) -> PanelItem:
    options = [
        discord.SelectOption(label=_(settings.SWITCHES[name]), value=name, default=on)
        for name, on in _switched(rules, limits).items()
    ]
    most = len(options)
    return panel_menu("server", "switches", _(settings.NO_SWITCH), options, least=0, most=most)


def _switched(rules: GuildRules, limits: Settings) -> dict[str, bool]:
    """Return what is on, decided or not."""
    usual = {"previews": limits.previews}
    decided = {name: getattr(rules, name) for name in _SWITCHES}
    return {name: usual.get(name, False) if on is None else on for name, on in decided.items()}


def _fields(rules: GuildRules) -> Iterator[discord.ui.Label[Any]]:
    for name in _READERS:
        text_input = discord.ui.TextInput[Any](
            custom_id=name, default=_written(rules, name), required=False, max_length=12
        )
        yield discord.ui.Label(text=_(settings.FIELDS[name]), component=text_input)


def _written(rules: GuildRules, name: str) -> str:
    value: float | str | None = getattr(rules, name)
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value / 60 if name == 'allowance' else value:g}"


def _number(name: str, low: float, high: float) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        if not text:
            return None
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise Refusal(settings.not_a_number(name, text)) from None
        if not low <= number <= high:  # not a number, too
            raise Refusal(wishes.out_of_range(_(settings.FIELDS[name]), number, low, high))
        return number

    return read


def _whole(name: str, low: int, high: int) -> Callable[[str], int | None]:
    read = _number(name, low, high)
    return lambda text: None if (number := read(text)) is None else round(number)


def _minutes(text: str) -> float | None:
    minutes = _number("allowance", 0, 1440)(text)
    return None if minutes is None else minutes * 60


def _largest(text: str) -> str | None:
    return "{}x{}".format(*read_size(text)) if text else None


_READERS: Mapping[str, Callable[[str], object]] = {
    "max_steps": _whole("max_steps", 1, 200),
    "max_seconds": _number("max_seconds", 0.1, 60),
    "max_size": _largest,
    "waiting_per_user": _whole("waiting_per_user", 1, 100),
    "allowance": _minutes,
}
"""What is written into the form, by field; empty is not decided."""
