"""The words of /queue."""

from bot.i18n import N_, _, decimal, ngettext
from bot.jobs.forecast import Place
from bot.jobs.job import Job, JobState
from bot.texts.common import from_now, quote
from bot.texts.status import place_line

TITLE = N_("Your videos on the way")
CANCEL_SEVERAL = N_("Cancel several at once")
CANCEL = N_("Cancel")
REFRESH = N_("Refresh")
NOTHING = N_("You have no video waiting, and none is being made for you.")
_POSTING = N_("Finished; it is being posted.")
_QUOTED = 120


def waiting(job: Job, place: Place) -> str:
    return f"{_head(job)}\n{place_line(place)}"


def running(job: Job, ready_at: float | None) -> str:
    if job.state in {JobState.ENCODED, JobState.POSTING}:
        return f"{_head(job)}\n{_(_POSTING)}"
    text = _("Being made")
    if job.started_at is not None:
        text += " · " + _("started {time}").format(time=from_now(job.started_at))
    if ready_at is not None:
        text += " · " + _("ready about {time}").format(time=from_now(ready_at))
    return f"{_head(job)}\n{text}"


def _head(job: Job) -> str:
    return f"**#{job.id}** · {quote(job.prompt, _QUOTED)}"


def unlisted(count: int) -> str:
    return "-# " + ngettext(
        "{count} more of yours waits behind these.",
        "{count} more of yours wait behind these.",
        count,
    ).format(count=decimal(count))


def totals(on_server: int | None, in_all: int, idle_at: float | None, note: str) -> str:
    """Say how many wait; on this server, if this is one, and in all."""
    lines: list[str] = []
    if on_server is not None:
        lines.append(_("This server: {count} waiting").format(count=decimal(on_server)))
    everywhere = _("All servers and direct messages: {count} waiting")
    lines.append(everywhere.format(count=decimal(in_all)))
    if in_all and idle_at is not None:
        lines[-1] += " · " + _("all made about {time}").format(time=from_now(idle_at))
    if note:
        lines.append(_(note))
    return "\n".join(lines)
