"""The words of /history."""

from bot.i18n import N_, _, decimal, ngettext
from bot.jobs.job import Job, JobState
from bot.texts import status
from bot.texts.common import at, quote

TITLE = N_("Your videos")
TITLE_FOUND = N_("Your videos with “{words}” in the prompt")
NOTHING = N_("You have not asked for a video yet. `/video` makes one.")
NOTHING_FOUND = N_("None of your videos has these words in its prompt.")
OPEN_ONE = N_("Open one")
OPEN = N_("Open")
PREVIOUS = N_("Previous")
NEXT = N_("Next")
_POSTED = N_("Finished")
_REMOVED = N_("The clip is not kept any more. Try again makes it once more.")
_QUOTED = 150


def title(search: str) -> str:
    if not search:
        return _(TITLE)
    return _(TITLE_FOUND).format(words=quote(search))


def page_of(page: int, pages: int, count: int) -> str:
    videos = ngettext("{count} video", "{count} videos", count).format(count=decimal(count))
    return _("Page {page} of {pages} · {videos}").format(page=page, pages=pages, videos=videos)


def entry(job: Job, model: str, *, kept: bool) -> str:
    """Say what a job is; `kept` tells whether there is a clip of it on the disk."""
    facts = [at(job.created_at), model, _("seed {seed}").format(seed=job.request.seed)]
    if len(job.clips) > 1:
        clips = ngettext("{count} clip", "{count} clips", len(job.clips))
        facts.append(clips.format(count=len(job.clips)))
    lines = [
        f"**#{job.id}** · {quote(job.prompt, _QUOTED)}",
        f"-# {' · '.join(facts)}",
        _state(job, kept=kept),
    ]
    return "\n".join(lines)


def _state(job: Job, *, kept: bool) -> str:
    match job.state:
        case JobState.FAILED:
            failure = _(job.failure or status.INTERNAL_FAILURE)
            return "⚠️ " + _("Failed: {reason}").format(reason=failure)
        case JobState.CANCELLED:
            return "🛑 " + _("Cancelled.")
        case JobState.POSTED:
            return "✅ " + _(_POSTED) if kept else "🗑️ " + _(_REMOVED)
        case _:
            return "⏳ " + status.standing(job)


def thumbnail_alt_text(job: Job) -> str:
    text = _("One frame of the AI-generated video: {prompt}")
    return text.format(prompt=job.prompt)[:1024]
