"""A finished clip: the words it comes with, where it went, and what those say who do not see it."""

from collections.abc import Sequence

from bot.i18n import N_, _, decimal, ngettext
from bot.jobs.job import Job
from bot.texts import quota
from bot.texts.common import quote
from bot.texts.permissions import listed
from bot.texts.status import headline, made_with, seeds
from generator import Completed, Filmstrip, ModelSpec, Progress, Upload

PLACE_GONE = N_("the channel is gone, or I cannot see it")
ARCHIVED = N_("the thread is archived and I may not open it")
PRIVATE = N_("it is private, and Discord lets me answer you for a quarter of an hour only")
WANTED = N_("you asked for it")
SLOW_MODE = N_("the channel's slow mode holds me up")
_PRESS_LATER = N_(
    "Discord lets me write here for a quarter of an hour only. Press **Get result** to see "
    "how far it is, and to get the clip once it is there."
)
_PRESS_LATER_PRIVATELY = N_(
    "Discord lets me write here for a quarter of an hour only, so the clip comes as a direct "
    "message. Where yours are closed, press **Get result**."
)
CLIP_MISSING = N_("The finished file is gone from the bot's disk. Try again makes the same video.")


def result(job: Job, clips: Sequence[Completed], spec: ModelSpec, default_model: str) -> str:
    made = (job.finished_at or job.created_at) - (job.started_at or job.created_at)
    waited = (job.started_at or job.created_at) - job.created_at
    ready = _("{member} **#{id}** is ready · {prompt}").format(
        member=f"<@{job.user_id}>", id=job.id, prompt=quote(job.prompt)
    )
    if job.variations > 1:
        facts = ngettext(
            "{count} clip of {seconds} s · seed {seeds} · {model} · made in {made}",
            "{count} clips of {seconds} s · seeds {seeds} · {model} · made in {made}",
            len(clips),
        )
    else:
        facts = _("{seconds} s · seed {seed} · {model} · made in {made}")
    facts = facts.format(
        count=len(clips),
        seconds=decimal(clips[0].num_frames / clips[0].fps, 1),
        seed=job.request.seed,
        seeds=seeds(job, len(clips)),
        model=spec.title,
        made=_time(made),
    )
    if waited >= 1:
        facts += " · " + _("waited {time}").format(time=quota.time(waited))
    lines = [ready, f"-# {facts}"]
    if len(clips) < job.variations and job.failure is not None:
        lines.append(f"⚠️ {_missing(job, len(clips), job.failure)}")
    shrunk = [reduced(clip, clip.upload) for clip in clips if clip.upload is not None]
    lines += [f"-# {words}" for words in dict.fromkeys(shrunk)]
    if words := made_with(job):
        lines.append(f"-# {words}")
    lines += [f"-# {note}" for note in job.notes]
    note = spec.note_for(job.prompt, _)
    if note is not None:
        lines.append(f"-# ℹ️ {note} {how_to_switch(default_model)}")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    """Say a short time more exactly than `quota.time` does."""
    if seconds < 60:
        return _("{seconds} s").format(seconds=decimal(seconds, 1))
    return quota.time(seconds)


def _missing(job: Job, made: int, reason: str) -> str:
    return _("{made} of {wanted} clips were made. The next one stopped: {reason}").format(
        made=made, wanted=job.variations, reason=_(reason)
    )


def reduced(full: Completed, upload: Upload) -> str:
    """Say what was done to a clip that was too large for Discord."""
    size = f"{upload.width}×{upload.height}"
    smaller, slower = upload.width != full.width, upload.fps != full.fps
    if smaller and slower:
        text = _(
            "Shown at {size} and {fps} frames a second to fit the upload limit; "
            "the full clip is kept."
        )
    elif smaller:
        text = _("Shown at {size} to fit the upload limit; the full clip is kept.")
    elif slower:
        text = _("Shown at {fps} frames a second to fit the upload limit; the full clip is kept.")
    else:
        text = _("Shown coarser to fit the upload limit; the full clip is kept.")
    return text.format(size=size, fps=f"{upload.fps:g}")


def how_to_switch(big_model: str) -> str:
    return _(
        "For anything else choose a big model: `/video model:{model}` "
        "(it needs a GPU on the bot's machine)."
    ).format(model=big_model)


def alt_text(job: Job, number: int = 1) -> str:
    """Say what a clip shows to those who do not see it, by its number among the job's."""
    if job.variations == 1:
        text = _("AI-generated video: {prompt}")
    else:
        text = _("AI-generated video, number {number} of {total}: {prompt}")
    return text.format(number=number, total=job.variations, prompt=job.prompt)[:1024]


def preview_alt_text(job: Job, progress: Progress) -> str:
    return _("One frame at step {step} of {total} of the AI-generated video: {prompt}").format(
        step=progress.step, total=progress.total_steps, prompt=job.prompt
    )[:1024]


def filmstrip_alt_text(job: Job, strip: Filmstrip) -> str:
    """Say what the picture says to those who do not see it."""
    between = ", ".join(str(step) for step in strip.steps[1:-1])
    if between:
        text = _(
            "One frame of the clip in {count} pictures: pure noise from seed {seed}; as the "
            "network saw it at steps {steps}; and finished at step {last}. Below, a GAN's way: a "
            "random vector, through its generator in one pass, becomes a whole clip."
        )
    else:
        text = _(
            "One frame of the clip in {count} pictures: pure noise from seed {seed}; and finished "
            "at step {last}. Below, a GAN's way: a random vector, through its generator in one "
            "pass, becomes a whole clip."
        )
    return text.format(
        count=len(strip.steps), seed=job.request.seed, steps=between, last=strip.steps[-1]
    )


# --- where clips go -------------------------------------------------------------------------------


def done(job: Job, url: str | None) -> str:
    where = _("The clip: {url}").format(url=url) if url else kept(job)
    return f"{headline('✅', job)}\n{where}"


def done_privately(job: Job, reason: str) -> str:
    text = _("The clip was sent as a direct message, because {reason}.").format(reason=_(reason))
    return f"{headline('✅', job)}\n{text}"


def permissions_lost(names: list[str]) -> str:
    return _("I lack {permissions} there").format(permissions=listed(names))


def refused(code: int) -> str:
    return _("Discord refused it (error {code})").format(code=code)


def kept(job: Job) -> str:
    return _("`/show id:{id}` brings the clip.").format(id=job.id)


def sent_privately(reason: str) -> str:
    return "-# " + _("Sent here because {reason}.").format(reason=_(reason))


def undeliverable(job: Job, reason: str) -> str:
    text = _(
        "The clip is finished, but I could not post it, because {reason}, "
        "and direct messages to you are closed."
    ).format(reason=_(reason))
    return f"{text} {kept(job)}"


def too_large_to_post(job: Job) -> str:
    return _(
        "The clip is finished, but too large for Discord here, even made smaller. "
        "Where more is allowed, `/show id:{id}` brings it."
    ).format(id=job.id)


def filtered(job: Job) -> str:
    text = _("The clip is finished, but Discord's filters did not let it through.")
    return f"{text} {kept(job)}"


def not_accepted(job: Job) -> str:
    text = _("The clip is finished, but Discord did not accept the message.")
    return f"{text} {kept(job)}"


def unreachable(job: Job) -> str:
    text = _("The clip is finished, but Discord could not be reached for hours.")
    return f"{text} {kept(job)}"


def perhaps_posted(job: Job) -> str:
    return _(
        "I was interrupted while I posted the clip, and cannot see whether it arrived. "
        "If it did not, `/show id:{id}` brings it."
    ).format(id=job.id)


def press_for_result(job: Job) -> str:
    text = _("Your clip is ready: press **Get result**.")
    return f"{headline('✅', job)}\n{text}"


def press_later(job: Job) -> str:
    text = _PRESS_LATER_PRIVATELY if job.private else _PRESS_LATER
    return f"{headline('⏳', job)}\n{_(text)}"


def shown_again(job: Job) -> str:
    return _("**#{id}** by {member} · {prompt}").format(
        id=job.id, member=f"<@{job.user_id}>", prompt=quote(job.prompt)
    )
