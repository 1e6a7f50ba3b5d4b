"""Several prompts in one: what is made of them, and why not."""

from collections.abc import Sequence

from bot.i18n import N_, _, decimal, ngettext
from bot.jobs.job import Job
from bot.texts.common import quote
from bot.texts.permissions import listed

ONE_BY_ONE = N_(
    "Here I can answer with one video only. Ask for the alternatives one by one, or ask on a "
    "server that I am a member of."
)
NOT_PRIVATELY = N_(
    "Several videos at once cannot be private. Leave `private` out, or ask for one at a time."
)
NO_THREAD = N_("The thread for them could not be opened, so they are made here.")
THREAD_LOST = N_("The thread for them is closed to me by now, so the others are made here.")


def too_many(count: int, limit: int) -> str:
    return _(
        "The alternatives in your prompt make {count} videos; at most {limit} are made at once. "
        "Leave some out. A bracket that is meant as a bracket is written `\\[`."
    ).format(count=decimal(count), limit=limit)


def too_few_places(count: int, free: int) -> str:
    text = ngettext(
        "Your prompt makes {count} videos, and only {free} more may wait. Nothing was queued: "
        "leave some out, or ask again later.",
        "Your prompt makes {count} videos, and only {free} more may wait. Nothing was queued: "
        "leave some out, or ask again later.",
        free,
    )
    return text.format(count=decimal(count), free=decimal(free))


def thread_impossible(names: Sequence[str]) -> str:
    return _(
        "Several videos at once go into a thread, and I may not open one here: I lack "
        "{permissions}. A moderator can change that in the channel's settings."
    ).format(permissions=listed(names))


def announces(text: str, job: Job) -> bool:
    """Tell whether a text is what `announced` said of a job and others."""
    lines = (line.split() for line in text.splitlines())
    return any(words[:1] == ["-#"] and f"#{job.id}" in words for words in lines)


def announced(jobs: Sequence[Job], prompt: str) -> str:
    """Say what is made, each by its id."""
    text = _("🎬 **{count} videos** · {prompt} — {member}\n-# {ids}")
    return text.format(
        count=len(jobs),
        prompt=quote(prompt),
        member=f"<@{jobs[0].user_id}>",
        ids=" · ".join(f"#{job.id}" for job in jobs),
    )
