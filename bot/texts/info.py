"""The words of Info: what made a clip, and what it came from."""

from collections.abc import Iterable, Sequence

from bot.i18n import N_, _, decimal
from bot.jobs.job import Job
from bot.texts.common import at, in_code, link_to, short_number
from bot.texts.status import parentage, smoothed
from generator import Completed, ModelSpec, Stage

SETTINGS = N_("Settings")
LINEAGE = N_("Family")
MAKING = N_("How it was made")
FILES = N_("Files")
LICENCE = N_("Licence of the model")
COPY = N_("Copy this to ask for the same video:")
NO_FILES = N_("The files are not kept any more.")

_STAGES: dict[Stage, str] = {
    "loading": N_("loading {seconds} s"),
    "encoding_prompt": N_("reading the prompt {seconds} s"),
    "denoising": N_("denoising {seconds} s"),
    "decoding": N_("decoding {seconds} s"),
    "encoding": N_("writing the video {seconds} s"),
}


def title(job: Job) -> str:
    return _("Video #{id}").format(id=job.id)


def asked(job: Job) -> str:
    return _("Asked for by {member} {time}").format(
        member=f"<@{job.user_id}>", time=at(job.created_at)
    )


def settings(job: Job, spec: ModelSpec) -> str:
    request = job.request
    seed = _("Seed {seed} (picked)") if job.seed_picked else _("Seed {seed}")
    lines = [
        _("Model {model}").format(model=f"{spec.title} (`{spec.name}`)"),
        _("{size} pixels, {frames} frames at {fps} a second").format(
            size=f"{request.width}×{request.height}", frames=request.num_frames, fps=request.fps
        ),
        _("{steps} steps, guidance {guidance}").format(
            steps=request.num_inference_steps, guidance=short_number(request.guidance_scale)
        ),
        seed.format(seed=request.seed),
    ]
    if job.style is not None:
        lines.append(_("Style {style}").format(style=_(job.style)))
    if request.lora is not None:
        lines.append(_("LoRA {lora}").format(lora=f"`{in_code(request.lora, 50)}`"))
    if request.image_path is not None:
        lines.append(_("Begins with a picture"))
    if words := smoothed(request):
        lines.append(words)
    if request.variation_seed is not None:
        lines.append(
            _("{percent} % towards seed {seed}").format(
                percent=decimal(100 * request.variation_strength), seed=request.variation_seed
            )
        )
    return "\n".join(lines)


def lineage(job: Job, children: Sequence[Job], more: int) -> str | None:
    """Name a job's parent and its children, with links; `more` counts children beyond those."""
    lines = [] if job.parent_id is None else [f"↳ {parentage(job)}"]
    if children:
        names = ", ".join(_linked(child) for child in children)
        if more:
            names = _("{names} and {count} more").format(names=names, count=decimal(more))
        lines.append(_("Made from it: {names}").format(names=names))
    return "\n".join(lines) or None


def making(completed: Completed) -> str:
    """Say what each stage took, on which device, with how much memory, by which weights."""
    lines = [
        " · ".join(
            _(_STAGES[stage]).format(seconds=decimal(seconds, 1))
            for stage, seconds in completed.seconds.items()
        )
        or _("A copy of the same video, which was made before"),
        _("Device {device}").format(device=completed.device_name) if completed.device_name else "",
    ]
    if completed.peak_memory_bytes:
        lines.append(
            _("Peak memory {gigabytes} GB").format(
                gigabytes=decimal(completed.peak_memory_bytes / 1e9, 1)
            )
        )
    if completed.revision is not None:
        revision = f"`{completed.revision[:12]}`"
        lines.append(_("Revision of the model {revision}").format(revision=revision))
    return "\n".join(filter(None, lines))


def files(completed: Completed) -> str:
    lines = [
        _("{size} pixels, {megabytes} MB").format(
            size=f"{completed.width}×{completed.height}",
            megabytes=decimal(completed.size_bytes / 1e6, 2),
        )
    ]
    if (upload := completed.upload) is not None:
        lines.append(
            _("For Discord: {size} pixels, {megabytes} MB").format(
                size=f"{upload.width}×{upload.height}",
                megabytes=decimal(upload.size_bytes / 1e6, 2),
            )
        )
    return "\n".join(lines)


def licence(spec: ModelSpec) -> str:
    return f"{spec.licence}\n{_(spec.licence_note)}".strip()


def command_line(job: Job) -> str:
    """Return what to type for the same video, in English, which every Discord client takes."""
    request = job.request
    options: Iterable[tuple[str, object]] = (
        ("prompt", job.prompt),
        ("model", request.model),
        ("size", f"{request.width}x{request.height}"),
        ("frames", request.num_frames),
        ("steps", request.num_inference_steps),
        ("guidance", f"{request.guidance_scale:g}"),
        ("seed", request.seed),
        ("negative_prompt", job.negative_prompt),
        ("style", job.style),
        ("lora", request.lora),
        ("private", "true" if job.private else None),
        ("spoiler", "true" if job.spoiler else None),
    )
    given = (f"{name}:{value}" for name, value in options if value not in (None, ""))
    return f"/video {' '.join(given)}"


def _linked(job: Job) -> str:
    url = link_to(job)
    return f"**#{job.id}**" if url is None else f"[**#{job.id}**]({url})"
