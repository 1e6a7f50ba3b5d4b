"""Forms as Discord shows and sends them: no state but the custom_ids of the form and its fields."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import discord

NONE = "-"
"""The value of a menu's line for nothing: Discord wants one of at least one character."""

_LIFETIME = 900.0  # seconds; discord.py keeps a form in memory until then


def new_form(
    title: str, custom_id: str, fields: Iterable[discord.ui.Label[Any]]
) -> discord.ui.Modal:
    """Return a form of at most five fields, whose custom_id begins like this."""
    # unique for each opening: forms with one custom_id would share one entry in discord.py
    custom_id = f"{custom_id}:{secrets.token_hex(4)}"
    form = discord.ui.Modal(title=title[:45], timeout=_LIFETIME, custom_id=custom_id)
    for field in fields:
        form.add_item(field)
    return form


def typed_in(interaction: discord.Interaction[Any]) -> dict[str, str]:
    """Return what a submitted form has in each field, by custom_id; files are left aside."""
    data: Mapping[str, Any] = interaction.data or {}
    return dict(_values(data.get("components", ())))


def _values(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (custom_id, value) from labels and action rows alike."""
    for component in components:
        if "value" in component:
            yield component["custom_id"], str(component["value"] or "").strip()
        elif component.get("type") == discord.ComponentType.string_select.value:
            chosen = next(iter(component["values"]), NONE)
            yield component["custom_id"], "" if chosen == NONE else chosen
        yield from _values(component.get("components", ()))
        if "component" in component:
            yield from _values([component["component"]])
