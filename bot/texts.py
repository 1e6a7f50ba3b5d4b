"""Every sentence a member can read, in one place."""

from discord.utils import escape_markdown, escape_mentions

from bot.jobs.forecast import Place
from bot.jobs.job import Job, JobState
from generator import Completed, Filmstrip, GenerationRequest, ModelSpec, Progress, Upload

_STAGES = {
    "loading": "Loading the model",
    "encoding_prompt": "Reading the prompt",
    "denoising": "Denoising",
    "decoding": "Turning latents into pictures",
    "encoding": "Writing the video",
}
_QUOTED_LENGTH = 300

PROMPT_EMPTY = "The prompt is empty: describe what the video should show."
NOT_YOURS = "Only the person who asked for this video, or a moderator, can do that."
NO_SUCH_JOB = "I do not know this video any more, so this button has nothing to act on."
NOT_RUNNING = "This video is not waiting or running any more."
NOT_POSTED = "There is no finished clip behind this message."
BEING_POSTED = "This video is just being posted. Try again in a moment."
CANCELLING = "Stopping at the next step."
DELETED = "Deleted."
DISK_FULL = "The bot's disk is full, so nothing can be made. Tell who runs it to free some space."
STARTING = "The generator is still starting. Try again in a few seconds."
RESTARTING = "The bot is restarting. Nothing was queued; ask again in a minute."
NOT_STORED = (
    "This could not be written down, because the bot's disk is full or broken. Nothing was queued. "
    "Tell who runs the bot, and ask again later."
)
ONLY_YOURS = "Only the person who asked for this video can change it."
CHANGED = "Changed. It keeps its place."
CHANGED_AND_MOVED = (
    "Changed. It takes longer than before, so it has given up its place "
    "and waits as if you had asked for it just now."
)
NO_CHANGE = "This video is not waiting any more, so it cannot be changed."
NO_CHANGE_BUT_COPY = (
    "Nothing was changed: this video is not waiting any more. "
    "Here is what you wrote; send it as a new `/video`."
)
CHANGE_NOT_STORED = (
    "The change could not be written down, because the bot's disk is full or broken. "
    "The video waits as it was."
)
TOO_LATE = "Too late: this video is finished and is being posted."
INTERNAL_ERROR = "Something went wrong on my side; it has been logged. Nothing you did was lost."
NOTHING_TO_SET = "Nothing was given to change. Choose at least one option of `/settings set`."
MANAGERS_ONLY = "Only members with the permission Manage Server can see and change the settings."
WORD_EMPTY = "There is no word to block: type one, or several that belong together."
UNKNOWN_BUTTON = "This button belongs to another version of the bot."

# why a video waits, below its place in the queue
MOVED_BACK = "It was changed and takes longer now, so it has given up its place."
PLACE_KEPT = "The bot is restarting; your place is kept."
RESTARTED = "The bot was restarted; your place was kept."
GENERATOR_STARTING = "The generator is starting; videos wait for it."
GENERATOR_DOWN = (
    "The generator does not start at the moment, and who runs the bot can see why. "
    "Videos wait for it."
)
DISK_FULL_WAITING = "The bot's disk is nearly full. Videos wait until there is room."

# why a video failed, after "This video stopped: "
INTERNAL_FAILURE = "something went wrong on the bot's side, which has been logged."
STOPPED_TWICE = "the bot itself stopped twice while it was being made."


# --- refusals -------------------------------------------------------------------------------------


def prompt_too_long(length: int, limit: int) -> str:
    return f"The prompt has {length:,} characters; at most {limit:,} are allowed. Shorten it."


def word_blocked(word: str) -> str:
    return f"This server's word filter does not allow “{quote(word, 50)}”. Rephrase the prompt."


def too_many_words(limit: int) -> str:
    return f"The word filter holds {limit} words at most. Unblock one that is not needed."


def word_not_blocked(word: str) -> str:
    return f"“{quote(word, 50)}” is not in the word filter; `/settings show` lists what is."


def blocked_words(words: tuple[str, ...]) -> str:
    """List them, hidden until somebody wants to read them."""
    return f"||{quote(', '.join(words), 900)}||" if words else "off"


def out_of_range(option: str, value: float, low: float, high: float) -> str:
    return f"`{option}` must be between {low:g} and {high:,.10g}; you gave {value:,.10g}."


def size_unreadable(text: str, width: int, height: int) -> str:
    return (
        f"`{quote(text, 40)}` is not a size. "
        f"Write it as width x height, such as `{width}x{height}`."
    )


def size_refused(width: int, height: int, model: str, near_width: int, near_height: int) -> str:
    return (
        f"{model} cannot make {width}×{height} pixels. "
        f"The nearest size it can make is `{near_width}x{near_height}`."
    )


def seconds_refused(seconds: float, longest: float, model: str) -> str:
    return (
        f"{model} makes clips of at most {longest:.1f} s, and longer than 0 s; "
        f"you asked for {seconds:g} s."
    )


def frames_adjusted(wanted: int, frames: int, model: str) -> str:
    return f"{frames} frames instead of {wanted}, because {model} makes only certain lengths."


def seconds_adjusted(wanted: float, seconds: float, model: str) -> str:
    return f"{seconds:.1f} s instead of {wanted:g} s, because {model} makes only certain lengths."


def no_negative_prompt(model: str) -> str:
    return f"{model} does not take a negative prompt. Leave it out, or choose another model."


def gpu_needed(model: str) -> str:
    return f"{model} needs a GPU, and the bot's machine has none. Leave the model out."


def member_has_enough(cap: int, first_starts_at: float | None) -> str:
    return (
        f"You already have {_videos(cap)} waiting, as many as one member may have. "
        f"{_room(first_starts_at)}, or cancel one."
    )


def guild_has_enough(cap: int, first_starts_at: float | None) -> str:
    return (
        f"This server already has {_videos(cap)} waiting, as many as one server may have. "
        f"{_room(first_starts_at)}."
    )


def queue_full(cap: int, first_starts_at: float | None) -> str:
    return (
        f"The queue is full: it has {_videos(cap)} waiting, from all servers together. "
        f"{_room(first_starts_at)}."
    )


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count:,} videos"


def _room(first_starts_at: float | None) -> str:
    if first_starts_at is None:
        return "Ask again once one of them has started"
    return f"The first of them starts {_from_now(first_starts_at)}: ask again then"


def role_needed(role_id: int) -> str:
    return f"On this server only members with the role <@&{role_id}> make videos."


def permissions_missing(names: list[str]) -> str:
    return (
        f"I may not post videos in this channel: I lack {' and '.join(names)}. "
        "A moderator can change that in the channel's settings."
    )


# --- a job's messages -----------------------------------------------------------------------------


def quote(text: str, length: int = _QUOTED_LENGTH) -> str:
    """Return a member's words as plain text: no mention, no markdown, not too long."""
    if len(text) > length:
        text = text[: length - 1].rstrip() + "…"
    return escape_mentions(escape_markdown(text))


def to_copy(text: str) -> str:
    """Return a member's words for them to copy, exactly but for what would end the block."""
    harmless = text.replace("```", "'" * 3)
    return f"```\n{harmless}\n```"


def headline(icon: str, job: Job) -> str:
    return f"{icon} **#{job.id}** · {quote(job.request.prompt)}"


def settings_line(request: GenerationRequest, spec: ModelSpec) -> str:
    return (
        f"-# {request.num_frames / request.fps:.1f} s · {request.width}×{request.height} · "
        f"{request.num_inference_steps} steps · seed {request.seed} · {spec.title}"
    )


def queued(job: Job, spec: ModelSpec, place: Place, note: str = "") -> str:
    starting = place.number <= 1 and not note
    lines = [
        headline("🎬", job),
        "Starting now…" if starting else _waiting(place),
        *([note] if note else []),
        settings_line(job.request, spec),
    ]
    if job.parent_id is not None:
        lines.append(f"-# Made from #{job.parent_id}")
    return "\n".join([*lines, *(f"-# {note}" for note in job.notes)])


def _waiting(place: Place) -> str:
    facts = [f"Place **{place.number} of {place.total}**"]
    if place.starts_at is not None:
        facts.append(f"starts {_from_now(place.starts_at)}")
    if place.ready_at is not None:
        facts.append(f"ready about {_from_now(place.ready_at)}")
    elif not place.paused:
        facts.append("learning how long this takes")
    return " · ".join(facts)


def _from_now(unix_time: float) -> str:
    """Return a time that Discord's client shows as "in 2 minutes", and keeps true."""
    return f"<t:{round(unix_time)}:R>"


def running(job: Job, spec: ModelSpec, progress: Progress, ready_at: int | None) -> str:
    line = _STAGES[progress.stage]
    if progress.done_bytes < progress.total_bytes:
        line = f"Downloading {spec.title}: **{_bytes(progress)}**"
    elif progress.total_steps:
        line += f": step **{progress.step} of {progress.total_steps}** {_bar(progress)}"
    else:
        line += "…"
    if ready_at is not None:
        line += f" · ready <t:{ready_at}:R>"
    return f"{headline('⏳', job)}\n{line}"


def _bytes(progress: Progress) -> str:
    unit, name = (1e9, "GB") if progress.total_bytes >= 1e9 else (1e6, "MB")
    return f"{progress.done_bytes / unit:.1f} of {progress.total_bytes / unit:.1f} {name}"


def _bar(progress: Progress, length: int = 10) -> str:
    done = length * progress.step // progress.total_steps
    return f"`{'▰' * done}{'▱' * (length - done)}`"


def result(job: Job, completed: Completed, spec: ModelSpec, default_model: str) -> str:
    made = (job.finished_at or job.created_at) - (job.started_at or job.created_at)
    waited = (job.started_at or job.created_at) - job.created_at
    lines = [
        f"<@{job.user_id}> **#{job.id}** is ready · {quote(job.request.prompt)}",
        f"-# {completed.num_frames / completed.fps:.1f} s · seed {job.request.seed} · "
        f"{spec.title} · made in {made:.1f} s"
        + (f" after {waited:.0f} s of waiting" if waited >= 1 else ""),
    ]
    if completed.upload is not None:
        lines.append(f"-# {reduced(completed, completed.upload)}")
    lines += [f"-# {note}" for note in job.notes]
    note = spec.note_for(job.request.prompt)
    if note is not None:
        lines.append(f"-# ℹ️ {note} {how_to_switch(default_model)}")
    return "\n".join(lines)


def reduced(full: Completed, upload: Upload) -> str:
    """Say what was done to a clip that was too large for Discord."""
    how = [f"at {upload.width}×{upload.height}"] if upload.width != full.width else []
    how += [f"at {upload.fps:g} frames a second"] if upload.fps != full.fps else []
    shown = f"Shown {' and '.join(how)}" if how else "Shown coarser"
    return f"{shown} to fit the upload limit; the full clip is kept."


def how_to_switch(big_model: str) -> str:
    return (
        f"For anything else choose a big model: `/video model:{big_model}` "
        "(it needs a GPU on the bot's machine)."
    )


def alt_text(job: Job) -> str:
    return f"AI-generated video: {job.request.prompt}"[:1024]


def preview_alt_text(job: Job, progress: Progress) -> str:
    at = f"{progress.step} of {progress.total_steps}"
    return f"One frame at step {at} of the AI-generated video: {job.request.prompt}"[:1024]


def filmstrip_alt_text(job: Job, strip: Filmstrip) -> str:
    """Say what the picture says to those who do not see it."""
    between = ", ".join(str(step) for step in strip.steps[1:-1])
    steps = f"as the network saw it at steps {between}; " if between else ""
    return (
        f"One frame of the clip in {len(strip.steps)} pictures: pure noise from seed "
        f"{job.request.seed}; {steps}and finished at step {strip.steps[-1]}. Below, a GAN's way: a "
        "random vector, through its generator in one pass, becomes a whole clip."
    )


def done(job: Job, url: str | None) -> str:
    return f"{headline('✅', job)}\n{f'The clip: {url}' if url else kept(job)}"


def done_privately(job: Job, reason: str) -> str:
    return f"{headline('✅', job)}\nThe clip was sent as a direct message, because {reason}."


def failed(job: Job, message: str) -> str:
    what = f"This video stopped: {message}" if job.completed is None else message
    return f"{headline('⚠️', job)}\n{what}"


def cancelled(job: Job, by_user_id: int | None, step: int, total: int) -> str:
    by = f" by <@{by_user_id}>" if by_user_id is not None else ""
    at = f" at step {step} of {total}" if total else ""
    return f"{headline('🛑', job)}\nCancelled{by}{at}."


# --- where clips go -------------------------------------------------------------------------------

PLACE_GONE = "the channel is gone, or I cannot see it"
ARCHIVED = "the thread is archived and I may not open it"
SLOW_MODE = "the channel's slow mode holds me up"
CLIP_MISSING = "The finished file is gone from the bot's disk. Try again makes the same video."


def permissions_lost(names: list[str]) -> str:
    return f"I lack {' and '.join(names)} there"


def refused(code: int) -> str:
    return f"Discord refused it (error {code})"


def kept(job: Job) -> str:
    return f"`/show id:{job.id}` brings the clip."


def sent_privately(reason: str) -> str:
    return f"-# Sent here because {reason}."


def undeliverable(job: Job, reason: str) -> str:
    return (
        f"The clip is finished, but I could not post it, because {reason}, "
        f"and direct messages to you are closed. {kept(job)}"
    )


def too_large_to_post(job: Job) -> str:
    return (
        "The clip is finished, but too large for Discord here, even made smaller. "
        f"Where more is allowed, {kept(job)}"
    )


def filtered(job: Job) -> str:
    return f"The clip is finished, but Discord's filters did not let it through. {kept(job)}"


def not_accepted(job: Job) -> str:
    return f"The clip is finished, but Discord did not accept the message. {kept(job)}"


def unreachable(job: Job) -> str:
    return f"The clip is finished, but Discord could not be reached for hours. {kept(job)}"


def perhaps_posted(job: Job) -> str:
    return (
        "I was interrupted while I posted the clip, and cannot see whether it arrived. "
        f"If it did not, {kept(job)}"
    )


def press_for_result(job: Job) -> str:
    return f"{headline('✅', job)}\nYour clip is ready: press **Get result**."


def press_later(job: Job) -> str:
    return (
        f"{headline('⏳', job)}\nDiscord lets me write here for a quarter of an hour only. "
        "Press **Get result** to see how far it is, and to get the clip once it is there."
    )


def standing(job: Job) -> str:
    """Say where an unfinished job is."""
    waiting = job.state is JobState.QUEUED
    return f"#{job.id} is still {'waiting for its turn' if waiting else 'being made'}."


def shown_again(job: Job) -> str:
    return f"**#{job.id}** by <@{job.user_id}> · {quote(job.request.prompt)}"


def clip_removed(job: Job) -> str:
    return f"The clip of #{job.id} is not kept any more. Try again makes the same video once more."


def too_large_to_show(job: Job) -> str:
    return f"The clip of #{job.id} is too large for Discord here, even made smaller."


def unknown_id(job_id: str) -> str:
    return (
        f"I know no video `{quote(job_id, 20)}` that you may see. Its id is the word after the #."
    )


def presence(waiting: int, *, paused: bool) -> str:
    """Return what stands below the bot's name; nothing while there is nothing to say."""
    parts = ["paused"] if paused else []
    return " · ".join([*parts, f"{waiting} waiting"] if waiting else parts)


def state(waiting: int, note: str) -> str:
    """Tell admins whether videos are made, and if not, why."""
    return f"{note or 'Videos are made.'}\n-# {waiting} waiting, from all servers together"
