"""A video's card in a server's log channel, with buttons for moderators."""

import discord

from bot.components.panels import panel_button
from bot.i18n import N_, _, decimal
from bot.jobs.allowance import device_seconds
from bot.jobs.job import Job, JobState
from bot.texts import common, moderation

_BUTTONS = (
    ("delete", N_("Delete result"), "🗑️"),
    ("ban", N_("Ban member"), "🚫"),
    ("refund", N_("Refund"), "↩️"),
)


def card(job: Job, model: str) -> discord.Embed:
    """Return what moderators want to know of a job that has ended."""
    request = job.request
    embed = discord.Embed(
        title=_("#{id}: {state}").format(id=job.id, state=moderation.state_of(job)),
        description=moderation.words_of(job, 1000),
    )
    rows = {
        _("Member"): f"<@{job.user_id}>",
        _("Channel"): f"<#{job.channel_id}>",
        _("Ended"): moderation.ended_at(job),
        _("Settings"): _("{model} · {size} · {frames} frames · {steps} steps · seed {seed}").format(
            model=model,
            size=f"{request.width}×{request.height}",
            frames=request.num_frames,
            steps=request.num_inference_steps,
            seed=request.seed,
        ),
    }
    if job.failure:
        rows[_("Why")] = common.quote(_(job.failure), 1000)
    if job.completed is not None:
        rows[_("Device time")] = _("{seconds} s").format(seconds=decimal(device_seconds(job), 1))
        peak = max(clip.peak_memory_bytes for clip in job.clips)
        if peak:
            gigabytes = decimal(peak / 2**30, 2)
            rows[_("Memory at most")] = _("{gigabytes} GiB").format(gigabytes=gigabytes)
    for name, value in rows.items():
        embed.add_field(name=name, value=value)
    return embed


def card_view(job: Job) -> discord.ui.View:
    """Return the buttons; of a job without a result there is none to delete or to refund."""
    view = discord.ui.View(timeout=None)
    for action, label, emoji in _BUTTONS:
        if action == "ban" or job.state is JobState.POSTED:
            view.add_item(panel_button("modlog", f"{action}:{job.id}", _(label), emoji))
    return view
