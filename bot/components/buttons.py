"""Persistent buttons: the id of a job in the button's custom_id is all the state there is."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import discord
from discord import ButtonStyle

from bot.i18n import N_, _
from bot.jobs.job import Job, JobState
from bot.jobs.quality import can_extend, can_smooth, larger_size, next_quality
from bot.jobs.several import NAME, split_name
from generator import ModelSpec

if TYPE_CHECKING:
    from bot.client import ZoetropeClient

Handler = Callable[["discord.Interaction[ZoetropeClient]", str], Awaitable[None]]


class _Look(NamedTuple):
    label: str
    """A message id; other languages are longer, and there is room for some 34 characters."""
    emoji: str
    style: ButtonStyle = ButtonStyle.secondary


_LOOKS = {
    # of a clip: what makes more of it, and what is about this one
    "vary": _Look(N_("Vary"), "🎲", ButtonStyle.primary),
    "edit": _Look(N_("Edit & rerun"), "✏️"),
    "better": _Look(N_("Same seed, higher quality"), "🔁"),
    "extend": _Look(N_("Extend"), "➕"),
    "upscale": _Look(N_("Upscale"), "⬆️"),
    "smooth": _Look(N_("Smoother"), "🎞️"),
    "info": _Look(N_("Info"), "ℹ️"),
    "how": _Look(N_("How it works"), "💡"),
    "share": _Look(N_("Share"), "⭐"),
    "dm": _Look(N_("DM"), "✉️"),
    "delete": _Look(N_("Delete"), "🗑️", ButtonStyle.danger),
    # of one clip among several
    "pick": _Look(N_("Clip {number}"), "🎬"),
    "subtle": _Look(N_("Vary a little"), "🌱"),
    "strong": _Look(N_("Vary a lot"), "🌪️"),
    # of a job on its way
    "change": _Look(N_("Edit"), "✏️"),
    "notify": _Look(N_("DM me: off"), "🔔"),
    "silence": _Look(N_("DM me: on"), "🔔"),
    "cancel": _Look(N_("Cancel"), "🛑"),
    "stop": _Look(N_("Stop"), "🛑"),
    "get": _Look(N_("Get result"), "📥", ButtonStyle.primary),
    # of one that has ended without a clip
    "again": _Look(N_("Try again"), "🔁", ButtonStyle.primary),
    "requeue": _Look(N_("Queue again"), "↩️", ButtonStyle.primary),
    "smaller": _Look(N_("Try smaller"), "📉"),
}
"""By the name of the look, which is the action in the custom_id but for these two."""
_ROW = 5
"""Buttons of a row at most, by Discord."""
_SAME_ACTION = {"stop": "cancel", "requeue": "again"}


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"v1:(?P<action>[a-z]+):(?P<job_id>{NAME})",
):
    """One class for every button, so that one pattern is registered, once, for ever."""

    def __init__(self, look: str, job_id: str, *, row: int | None = None) -> None:
        label, emoji, style = _LOOKS.get(look, (look, None, ButtonStyle.secondary))
        self.action = _SAME_ACTION.get(look, look)
        super().__init__(
            discord.ui.Button(
                label=_(label).format(number=split_name(job_id)[1]),
                emoji=emoji,
                style=style,
                custom_id=f"v1:{self.action}:{job_id}",
            ),
            row=row,
        )
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


def _view(job: Job, *rows: list[str]) -> discord.ui.View:
    # only dynamic items and no timeout: discord.py unregisters the pattern of a view that ends
    view = discord.ui.View(timeout=None)
    for row, looks in enumerate(rows):
        for look in looks:
            view.add_item(JobButton(look, job.id, row=row))
    return view


def waiting_view(job: Job) -> discord.ui.View:
    change = [] if job.request.smooths is not None else ["change"]  # there is nothing to choose
    return _view(job, [*change, _notifying(job), "cancel", *_fetching(job)])


def cancel_view(job: Job) -> discord.ui.View:
    """For a job that is being made, or for one that cannot be shown waiting any more."""
    cancel = "cancel" if job.state is JobState.QUEUED else "stop"
    return _view(job, [_notifying(job), cancel, *_fetching(job)])


def result_view(
    job: Job,
    spec: ModelSpec,
    *,
    showcase: bool = False,
    graded: bool = False,
    numbers: Sequence[int] = (),
) -> discord.ui.View:
    """For a finished clip: what makes more of it above what is about this one.

    Where a message has several, for all of them together, and a button to pick each of the
    `numbers`. `showcase` tells whether its server has a channel to share clips in, and `graded`
    whether to offer how different a variation is.
    """
    if job.variations > 1:
        view = _view(job, [], ["vary", "edit", "info", "delete"])
        for number in numbers or range(1, len(job.clips) + 1):
            view.add_item(JobButton("pick", f"{job.id}-{number}", row=0))
        return view
    more = ["vary", "edit"]
    if next_quality(job, spec) is not None:
        more.append("better")
    if can_extend(job, spec):
        more.append("extend")
    if larger_size(job, spec) is not None:
        more.append("upscale")
    if can_smooth(job):
        more.append("smooth")
    degrees = ["subtle", "strong"] if graded else []
    shared = ["share"] if showcase and not job.private else []
    about = ["info", "how", *shared, "dm", "delete"]
    return _view(job, more[:_ROW], [*more[_ROW:], *degrees], about)


def retry_view(job: Job) -> discord.ui.View:
    """For a job without a clip in its channel, which may have one that could not be posted."""
    if job.state is JobState.CANCELLED:
        return _view(job, ["requeue", "edit"])
    fetch = [] if job.completed is None else ["get"]
    smaller = [] if job.fits is None else ["smaller"]
    return _view(job, [*fetch, "again", *smaller, "edit", "delete"])


def fetch_view(job: Job) -> discord.ui.View:
    return _view(job, ["get"])


def _notifying(job: Job) -> str:
    return "silence" if job.to_dm else "notify"


def _fetching(job: Job) -> list[str]:
    """Where only interactions reach a message, each press brings a new one."""
    return ["get"] if job.route == "interaction" else []
