"""One clip of a message with several."""

from bot.i18n import N_, _
from bot.jobs.job import Job
from bot.texts.common import quote

CANNOT_TAKE_OUT = N_(
    "I cannot change the message that this clip is in. Delete below that message removes all of "
    "its clips."
)


def picked(clip: Job) -> str:
    return _("Clip **#{id}**, with seed {seed} · {prompt}\n-# Its buttons act on it alone.").format(
        id=clip.id, seed=clip.request.seed, prompt=quote(clip.prompt)
    )


def deleted(clip: Job) -> str:
    return _("The clip #{id} is deleted.").format(id=clip.id)
