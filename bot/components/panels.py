"""Private pages that members click through: a component's custom_id is all the state there is.

A custom_id says what serves a press, and with which argument. What serves it stands in
`client.panels`, so that one pattern is enough for all, for ever.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ButtonStyle

from bot.components.forms import new_form

if TYPE_CHECKING:
    from bot.client import ZoetropeClient

_TEMPLATE = re.compile(r"v1:my-(?P<name>[a-z]+):(?P<argument>.*)", re.DOTALL)
_FORM = re.compile(r"v1:my-(?P<name>[a-z]+):(?P<argument>form(?:-[0-9a-z]+)?):[0-9a-f]+")

Panel = Callable[["discord.Interaction[ZoetropeClient]", str, Sequence[str]], Awaitable[None]]
"""Serves a press: the argument of its custom_id, and what was chosen in a menu."""


class PanelItem(
    discord.ui.DynamicItem[discord.ui.Button[Any] | discord.ui.Select[Any]], template=_TEMPLATE
):
    """A button or a menu of a panel."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        assert isinstance(item, discord.ui.Button | discord.ui.Select)
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        match = self.template.fullmatch(self.custom_id)
        assert match is not None
        values = self.item.values if isinstance(self.item, discord.ui.Select) else []
        client: ZoetropeClient = interaction.client
        await client.serve_panel(match["name"], match["argument"], values, interaction)


def panel_button(
    name: str,
    argument: str,
    label: str,
    emoji: str | None = None,
    style: ButtonStyle = ButtonStyle.secondary,
    *,
    disabled: bool = False,
) -> PanelItem:
    """Return a button that leads to the panel of that name."""
    return PanelItem(
        discord.ui.Button(
            label=label,
            emoji=emoji,
            style=style,
            disabled=disabled,
            custom_id=f"v1:my-{name}:{argument}",
        )
    )


def panel_menu(
    name: str,
    argument: str,
    placeholder: str,
    options: list[discord.SelectOption],
    *,
    least: int = 1,
    most: int = 1,
) -> PanelItem:
    """Return a menu that leads to the panel of that name."""
    return PanelItem(
        discord.ui.Select(
            custom_id=f"v1:my-{name}:{argument}",
            placeholder=placeholder,
            options=options,
            min_values=least,
            max_values=min(most, len(options)),
            required=least > 0,  # else Discord refuses a menu that may be left empty
        )
    )


def panel_form(name: str, title: str, fields: Iterable[discord.ui.Label[Any]]) -> discord.ui.Modal:
    """Return a form that leads to the panel of that name, with "form" as the argument."""
    return new_form(title, f"v1:my-{name}:form", fields)


def panel_of_form(custom_id: str) -> tuple[str, str] | None:
    """Return the panel that a submitted form leads to, and the argument; None for other forms."""
    match = _FORM.fullmatch(custom_id)
    return None if match is None else (match["name"], match["argument"])


def row(*items: PanelItem) -> discord.ui.ActionRow[Any]:
    """Return at most five buttons, or one menu."""
    return discord.ui.ActionRow[Any](*items)


def section(text: str, accessory: discord.ui.Item[Any]) -> discord.ui.Section[Any]:
    """Return a text with a button or a picture beside it."""
    return discord.ui.Section[Any](text, accessory=accessory)


def layout(*items: discord.ui.Item[Any]) -> discord.ui.LayoutView:
    """Return what a message of components shows, without a timeout.

    It may hold no dispatchable items but dynamic ones: discord.py would keep the others in memory.
    """
    view = discord.ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    return view
