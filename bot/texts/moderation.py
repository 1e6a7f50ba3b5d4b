"""The words of /moderation, of /operator and of the log channel."""

from bot.i18n import N_, _, decimal, ngettext
from bot.jobs.job import Job, JobState
from bot.jobs.sanctions import Sanction
from bot.jobs.statistics import Statistics
from bot.texts.common import at, from_now, quote, short_number

MODERATORS_ONLY = N_("Only members with the permission Manage Messages can moderate videos.")
OPERATORS_ONLY = N_("Only who owns the bot's application at Discord can do that.")
NOT_YOURSELF = N_("You cannot ban yourself.")
NOT_A_BOT = N_("Bots make no videos, so there is nothing to ban.")
NO_SANCTIONS = N_("No member of this server is banned or has an allowance of their own.")
NOTHING_WAITS = N_("No video of this server waits or is being made.")
NO_LOG_PERMISSION = N_(
    "I may not post in that channel: give me View Channel, Send Messages and Embed Links there."
)
RESUMED = N_("Videos are made again on this server.")
WAS_NOT_PAUSED = N_("Videos were not paused on this server.")
LOG_OFF = N_("The log is off.")
RESULT_GONE = N_("There is no result of this video any more.")
RESULT_DELETED = N_("The result and its files are deleted.")
REFUNDED = N_("The device time of this video is given back.")
NOTHING_TO_REFUND = N_("No device time was charged for this video, or it was given back already.")

OPERATOR_PAUSED = N_("Who runs the bot has paused it; your place is kept.")
OPERATOR_DRAINING = N_(
    "The bot takes no new videos at the moment: what waits is finished first. Ask again later."
)
HELD = N_("Paused: new videos are accepted and wait. `/operator resume` goes on.")
DRAINING = N_("New videos are refused, and what waits is made. `/operator resume` ends this.")
GOES_ON = N_("Videos are accepted and made.")

_STATES = {
    JobState.QUEUED: N_("waiting"),
    JobState.RUNNING: N_("being made"),
    JobState.ENCODED: N_("made, being posted"),
    JobState.POSTING: N_("made, being posted"),
    JobState.POSTED: N_("posted"),
    JobState.FAILED: N_("failed"),
    JobState.CANCELLED: N_("cancelled"),
}


def words_of(job: Job, length: int) -> str:
    """Return a job's prompt as moderators may read it: a private one is its member's alone."""
    return "…" if job.private else quote(job.prompt, length)


def state_of(job: Job) -> str:
    """Return where a job is, in a word or two."""
    return _(_STATES[job.state])


def banned(reason: str) -> str:
    """Tell a member why they make no videos here."""
    if not reason:
        return _("A moderator of this server does not let you make videos here.")
    return _("A moderator of this server does not let you make videos here: {reason}").format(
        reason=quote(reason)
    )


def paused(reason: str) -> str:
    """Tell members why no videos are made on their server."""
    if not reason:
        return _("A moderator has paused videos on this server. Ask again later.")
    return _("A moderator has paused videos on this server: {reason}").format(reason=quote(reason))


def pause_set(reason: str) -> str:
    text = _("New videos are refused on this server from now on; what waits is still made.")
    return f"{text}\n> {paused(reason)}"


def ban_set(user_id: int, waiting: int) -> str:
    text = _("{member} makes no more videos on this server.").format(member=f"<@{user_id}>")
    if waiting:
        more = _("Videos of theirs that were cancelled: {count}.").format(count=decimal(waiting))
        return f"{text} {more}"
    return text


def ban_lifted(user_id: int) -> str:
    return _("{member} may make videos on this server again.").format(member=f"<@{user_id}>")


def not_banned(user_id: int) -> str:
    return _("{member} is not banned; `/moderation list` shows who is.").format(
        member=f"<@{user_id}>"
    )


def allowance_set(user_id: int, minutes: float) -> str:
    return _("{member} may use {minutes} minutes of device time in any 24 hours.").format(
        member=f"<@{user_id}>", minutes=short_number(minutes)
    )


def allowance_lifted(user_id: int) -> str:
    return _("{member} has the allowance that everybody has here.").format(member=f"<@{user_id}>")


def sanction(decision: Sanction) -> str:
    """Return a line of /moderation list."""
    parts = [f"<@{decision.user_id}>"]
    if decision.banned:
        parts.append(_("banned"))
    if decision.gpu_seconds is not None:
        parts.append(
            _("{minutes} minutes of device time a day").format(
                minutes=short_number(decision.gpu_seconds / 60)
            )
        )
    if decision.reason:
        parts.append(quote(decision.reason, 100))
    by = _("by {member}, {time}").format(
        member=f"<@{decision.by_user_id}>", time=from_now(decision.at)
    )
    return " · ".join([*parts, by])


def log_set(channel_id: int) -> str:
    return _("Every video of this server is noted in {channel} once it ends.").format(
        channel=f"<#{channel_id}>"
    )


def unlisted(count: int) -> str:
    """Say how many a list leaves out."""
    return "-# " + ngettext(
        "{count} more is not shown.", "{count} more are not shown.", count
    ).format(count=decimal(count))


def queue_line(job: Job) -> str:
    """Return a line of /moderation queue."""
    return _("**#{id}** by {member} · {state} · asked {time} · {prompt}").format(
        id=job.id,
        member=f"<@{job.user_id}>",
        state=state_of(job),
        time=from_now(job.created_at),
        prompt=words_of(job, 80),
    )


def ended_at(job: Job) -> str:
    return at(job.finished_at or job.created_at)


def statistics(numbers: Statistics, days: int) -> str:
    """Return what /moderation stats says."""
    lines = [
        ngettext(
            "**Last {days} day on this server**", "**Last {days} days on this server**", days
        ).format(days=days),
        ngettext(
            "{jobs} video asked for: {posted} posted, {failed} failed, {cancelled} cancelled",
            "{jobs} videos asked for: {posted} posted, {failed} failed, {cancelled} cancelled",
            numbers.jobs,
        ).format(
            jobs=decimal(numbers.jobs),
            posted=decimal(numbers.posted),
            failed=decimal(numbers.failed),
            cancelled=decimal(numbers.cancelled),
        ),
    ]
    if numbers.success is not None:
        lines.append(_("Success: {percent} %").format(percent=decimal(100 * numbers.success)))
    if numbers.waits is not None and numbers.runs is not None:
        lines.append(
            _("Waiting: half within {half} s, 95 % within {most} s").format(
                half=decimal(numbers.waits[0], 1), most=decimal(numbers.waits[1], 1)
            )
        )
        lines.append(
            _("Making: half within {half} s, 95 % within {most} s").format(
                half=decimal(numbers.runs[0], 1), most=decimal(numbers.runs[1], 1)
            )
        )
    lines.append(
        _("Device time: {hours} hours").format(hours=decimal(numbers.device_seconds / 3600, 2))
    )
    return "\n".join(lines)
