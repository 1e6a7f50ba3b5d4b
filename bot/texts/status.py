"""A job on its way: what stands in its status message, from the queue to its last words."""

from bot.i18n import N_, _, decimal, ngettext
from bot.jobs.forecast import Place
from bot.jobs.job import Job, JobState
from bot.jobs.several import request_of
from bot.texts import quota
from bot.texts.common import from_now, quote
from generator import GenerationRequest, ModelSpec, Progress, smoother_fps

_STAGES = {
    "loading": N_("Loading the model…"),
    "encoding_prompt": N_("Reading the prompt…"),
    "denoising": N_("Denoising…"),
    "decoding": N_("Turning latents into pictures…"),
    "encoding": N_("Writing the video…"),
}

_MADE_FROM = N_("made from {parent}")
_PARENTAGE = {
    "vary": N_("variation of {parent}"),
    "subtle": N_("a little different from {parent}"),
    "strong": N_("very different from {parent}"),
    "rerun": N_("edited from {parent}"),
    "again": N_("{parent} once more"),
    "better": N_("{parent} in higher quality"),
    "extend": N_("goes on from {parent}"),
    "upscale": N_("{parent}, made larger"),
    "smooth": N_("{parent}, made smoother"),
    "smaller": N_("{parent}, made smaller"),
}
"""By the action that made the job."""

STOPPING = N_("Stopping. This step is finished first…")

CHANGED = N_("Changed. It keeps its place.")
CHANGED_AND_MOVED = N_(
    "Changed. It takes longer than before, so it has given up its place "
    "and waits as if you had asked for it just now."
)
NO_CHANGE_BUT_COPY = N_(
    "Nothing was changed: this video is not waiting any more. "
    "Here is what you wrote; send it as a new `/video`."
)

# why a video waits, below its place in the queue
MOVED_BACK = N_("It was changed and takes longer now, so it has given up its place.")
PLACE_KEPT = N_("The bot is restarting; your place is kept.")
RESTARTED = N_("The bot was restarted; your place was kept.")
GENERATOR_STARTING = N_("The generator is starting; videos wait for it.")
GENERATOR_DOWN = N_(
    "The generator does not start at the moment, and who runs the bot can see why. "
    "Videos wait for it."
)
DISK_FULL_WAITING = N_("The bot's disk is nearly full. Videos wait until there is room.")

# why a video failed, after "This video stopped:"
INTERNAL_FAILURE = N_("something went wrong on the bot's side, which has been logged.")
STOPPED_TWICE = N_("the bot itself stopped twice while it was being made.")


def frames_adjusted(wanted: int, frames: int, model: str) -> str:
    return _(
        "{frames} frames instead of {wanted}, because {model} makes only certain lengths."
    ).format(frames=frames, wanted=wanted, model=model)


def seconds_adjusted(wanted: float, seconds: float, model: str) -> str:
    return _(
        "{seconds} s instead of {wanted} s, because {model} makes only certain lengths."
    ).format(seconds=decimal(seconds, 1), wanted=decimal(wanted, 1), model=model)


def aspect_adjusted(aspect: str, width: int, height: int, model: str) -> str:
    return _("{size} pixels, because {model} makes nothing nearer to {aspect}.").format(
        size=f"{width}×{height}", model=model, aspect=aspect
    )


def picture_cut(width: int, height: int) -> str:
    return _("Your picture is cut to the shape of {size} pixels.").format(size=f"{width}×{height}")


def headline(icon: str, job: Job) -> str:
    return f"{icon} **#{job.id}** · {quote(job.prompt)}"


def settings_line(job: Job, spec: ModelSpec) -> str:
    request = job.request
    seed = _("{seed} (picked for you)") if job.seed_picked else "{seed}"
    return "-# " + _(
        "{seconds} s · {size} · {fps} fps · {steps} steps · seed {seed} · {model}"
    ).format(
        seconds=decimal(request.num_frames / request.fps, 1),
        size=f"{request.width}×{request.height}",
        fps=request.fps,
        steps=request.num_inference_steps,
        seed=seed.format(seed=request.seed),
        model=spec.title,
    )


def queued(job: Job, spec: ModelSpec, place: Place, *notes: str) -> str:
    """Say where a job waits, and why, by message ids; empty ones say nothing."""
    starting = place.number <= 1 and not any(notes)
    lines = [
        f"{headline('🎬', job)} — <@{job.user_id}>",
        _("Starting now…") if starting else place_line(place),
        *(_(note) for note in notes if note),
        settings_line(job, spec),
    ]
    if job.variations > 1:
        several = ngettext(
            "{count} clip: seed {seeds}", "{count} clips: seeds {seeds}", job.variations
        )
        lines.append(f"-# {several.format(count=job.variations, seeds=seeds(job))}")
    if words := made_with(job):
        lines.append(f"-# {words}")
    if job.parent_id is not None:
        lines.append(f"-# ↳ {parentage(job)}")
    return "\n".join([*lines, *(f"-# {note}" for note in job.notes)])


def made_with(job: Job) -> str:
    """Name what a clip is made with besides words; nothing where that is nothing."""
    parts: list[str] = []
    if job.style is not None:
        parts.append(_("style: {style}").format(style=_(job.style)))
    if job.request.lora is not None:
        parts.append(_("LoRA: {lora}").format(lora=job.request.lora))
    if job.request.image_path is not None:
        parts.append(_("begins with a picture"))
    if words := smoothed(job.request):
        parts.append(words)
    return " · ".join(parts)


def smoothed(request: GenerationRequest) -> str:
    """Say what frames in between do to a clip; nothing of one that gets none."""
    fps = smoother_fps(request.fps)
    if request.smooths is None or fps is None:
        return ""
    return _("{fps} frames a second instead of {before}").format(fps=fps, before=request.fps)


def seeds(job: Job, count: int | None = None) -> str:
    """Return the seeds of a job's clips, or of the first so many; two that vary one share it."""
    numbers = range(1, (count or job.variations) + 1)
    return ", ".join(dict.fromkeys(str(request_of(job, number).seed) for number in numbers))


def parentage(job: Job) -> str:
    """Say what a job was made from, with a link to the message where that was asked for."""
    parent = f"**#{job.parent_id}**"
    if job.parent_url is not None:
        parent = f"[{parent}]({job.parent_url})"
    return _(_PARENTAGE.get(job.made_by or "", _MADE_FROM)).format(parent=parent)


def place_line(place: Place) -> str:
    facts = [_("Place **{number} of {total}**").format(number=place.number, total=place.total)]
    if place.starts_at is not None:
        facts.append(_("starts {time}").format(time=from_now(place.starts_at)))
    if place.ready_at is not None:
        facts.append(_("ready about {time}").format(time=from_now(place.ready_at)))
    elif not place.paused:
        facts.append(_("learning how long this takes"))
    return " · ".join(facts)


def running(job: Job, spec: ModelSpec, progress: Progress, ready_at: int | None) -> str:
    if progress.done_bytes < progress.total_bytes:
        line = _downloading(progress, spec)
    elif progress.total_steps:
        line = _("Denoising: step **{step} of {total}**").format(
            step=progress.step, total=progress.total_steps
        )
        line += f" {_bar(progress)}"
    else:
        line = _(_STAGES[progress.stage])
    if job.variations > 1:
        line = _("Clip **{number} of {total}** · {doing}").format(
            number=min(len(job.clips) + 1, job.variations), total=job.variations, doing=line
        )
    if ready_at is not None:
        line += " · " + _("ready {time}").format(time=from_now(ready_at))
    return f"{headline('⏳', job)}\n{line}"


def _downloading(progress: Progress, spec: ModelSpec) -> str:
    unit, name = (1e9, "GB") if progress.total_bytes >= 1e9 else (1e6, "MB")
    return _("Downloading {model}: **{done} of {total} {unit}**").format(
        model=spec.title,
        done=decimal(progress.done_bytes / unit, 1),
        total=decimal(progress.total_bytes / unit, 1),
        unit=name,
    )


def _bar(progress: Progress, length: int = 10) -> str:
    done = length * progress.step // progress.total_steps
    return f"`{'▰' * done}{'▱' * (length - done)}`"


def failed(job: Job, message: str) -> str:
    message = _(message)
    if job.completed is None:
        message = _("This video stopped: {reason}").format(reason=message)
    name = _("Whoever runs the bot finds more in its log, under #{id}.").format(id=job.id)
    return f"{headline('⚠️', job)}\n{message}\n{_unused(job)}-# {name}"


def stopping(job: Job) -> str:
    return f"{headline('⏳', job)}\n{_(STOPPING)}"


def cancelled(job: Job, by_user_id: int | None, step: int, total: int) -> str:
    by = None if by_user_id is None else f"<@{by_user_id}>"
    if by and total:
        text = _("Cancelled by {member} at step {step} of {total}.").format(
            member=by, step=step, total=total
        )
    elif by:
        text = _("Cancelled by {member}.").format(member=by)
    else:
        text = _("Cancelled.")
    return f"{headline('🛑', job)}\n{text}\n{_unused(job)}".rstrip()


def _unused(job: Job) -> str:
    return f"-# {_(quota.NOT_USED)}\n" if job.has_allowance else ""


def standing(job: Job) -> str:
    """Say where an unfinished job is."""
    if job.state is JobState.QUEUED:
        return _("#{id} is still waiting for its turn.").format(id=job.id)
    return _("#{id} is still being made.").format(id=job.id)


def presence(waiting: int, seconds: float | None, *, paused: bool) -> str:
    """Return what stands below the bot's name; nothing while there is nothing to say.

    `seconds` is how long it takes to make what waits, if that is known.
    """
    parts = [_("paused")] if paused else []
    if waiting:
        parts.append(_("{count} waiting").format(count=decimal(waiting)))
        if seconds is not None:
            parts.append(_("~{count} min").format(count=decimal(max(1, round(seconds / 60)))))
    return " · ".join(parts)


def state(waiting: int, note: str) -> str:
    """Tell admins whether videos are made, and if not, why."""
    waiting_line = _("{count} waiting, from all servers together").format(count=decimal(waiting))
    return f"{_(note) if note else _('Videos are made.')}\n-# {waiting_line}"
