"""Persistent buttons: the id of a job in the button's custom_id is all the state there is."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ButtonStyle

from bot.jobs.job import Job

if TYPE_CHECKING:
    from bot.client import ZoetropeClient

Handler = Callable[["discord.Interaction[ZoetropeClient]", str], Awaitable[None]]

_LOOKS: dict[str, tuple[str, str, ButtonStyle]] = {
    "vary": ("Vary", "🎲", ButtonStyle.primary),
    "edit": ("Edit & rerun", "✏️", ButtonStyle.secondary),
    "change": ("Edit", "✏️", ButtonStyle.secondary),
    "how": ("How it works", "💡", ButtonStyle.secondary),
    "delete": ("Delete", "🗑️", ButtonStyle.danger),
    "cancel": ("Cancel", "🛑", ButtonStyle.secondary),
    "again": ("Try again", "🔁", ButtonStyle.primary),
    "get": ("Get result", "📥", ButtonStyle.primary),
}


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"v1:(?P<action>[a-z]+):(?P<job_id>[a-z0-9]{1,20})",
):
    """One class for every button, so that one pattern is registered, once, for ever."""

    def __init__(self, action: str, job_id: str) -> None:
        label, emoji, style = _LOOKS.get(action, (action, None, ButtonStyle.secondary))
        super().__init__(
            discord.ui.Button(
                label=label, emoji=emoji, style=style, custom_id=f"v1:{action}:{job_id}"
            )
        )
        self.action = action
        self.job_id = job_id

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(match["action"], match["job_id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: ZoetropeClient = interaction.client
        await client.press(self.action, self.job_id, interaction)


def _view(job: Job, *actions: str) -> discord.ui.View:
    # only dynamic items and no timeout: discord.py unregisters the pattern of a view that ends
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(JobButton(action, job.id))
    return view


def waiting_view(job: Job) -> discord.ui.View:
    return _view(job, "change", "cancel", *_fetching(job))


def cancel_view(job: Job) -> discord.ui.View:
    return _view(job, "cancel", *_fetching(job))


def result_view(job: Job) -> discord.ui.View:
    return _view(job, "vary", "edit", "how", "delete")


def retry_view(job: Job) -> discord.ui.View:
    """For a job without a clip in its channel, which may have one that could not be posted."""
    return _view(job, *([] if job.completed is None else ["get"]), "again", "edit")


def fetch_view(job: Job) -> discord.ui.View:
    return _view(job, "get")


def _fetching(job: Job) -> list[str]:
    """Where only interactions reach a message, each press brings a new one."""
    return ["get"] if job.route == "interaction" else []
