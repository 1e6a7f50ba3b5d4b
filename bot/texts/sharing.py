"""The words of Share, of DM, and of what is sent to members directly."""

from bot.i18n import N_, _
from bot.jobs.job import Job
from bot.texts.common import link_to, quote

TO_DM = N_("You will get this clip as a direct message, too.")
NOT_TO_DM = N_("You will not get this clip as a direct message.")


def shared(job: Job) -> str:
    """Credit a clip's author in the showcase channel."""
    credit = _("⭐ **#{id}** by {member} · {prompt}").format(
        id=job.id, member=f"<@{job.user_id}>", prompt=quote(job.prompt)
    )
    url = link_to(job)
    return credit if url is None else f"{credit}\n-# {_('The original: {url}').format(url=url)}"


def now_shared(job: Job, url: str) -> str:
    return _("**#{id}** is in the showcase now: {url}").format(id=job.id, url=url)


def sent(job: Job, url: str) -> str:
    return _("**#{id}** is in your direct messages now: {url}").format(id=job.id, url=url)
