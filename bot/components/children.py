"""What makes a new clip from an old one: charged to whoever pressed, and linked to the old one."""

from dataclasses import replace

from bot.client import Interaction
from bot.commands.asking import make_video
from bot.commands.ruling import most_waiting, rules_for
from bot.components.owners import check_seen
from bot.errors import Refusal
from bot.jobs.job import Job
from bot.jobs.limits import choose_model
from bot.jobs.quality import can_extend, can_smooth, larger_size, next_quality
from bot.jobs.variation import varied
from bot.jobs.wish import Wish, again
from bot.texts import refusals
from bot.texts.common import link_to
from generator import Completed, ModelSpec

_LONGEST = 60.0
"""Seconds of a clip that goes on and on; /video takes no longer ones either."""


async def vary(interaction: Interaction, job: Job) -> None:
    await make_from(interaction, job, "vary", varied(again(job), "new"))


async def vary_subtly(interaction: Interaction, job: Job) -> None:
    await make_from(interaction, job, "subtle", varied(again(job), "subtle"))


async def vary_strongly(interaction: Interaction, job: Job) -> None:
    await make_from(interaction, job, "strong", varied(again(job), "strong"))


async def once_more(interaction: Interaction, job: Job) -> None:
    wish = replace(again(job), smooths=job.request.smooths)
    await make_from(interaction, job, "again", wish)


async def better(interaction: Interaction, job: Job) -> None:
    """Make it with the same seed in the next higher quality."""
    numbers = next_quality(job, _spec(interaction, job))
    if numbers is None:
        raise Refusal(refusals.BEST_ALREADY)
    wish = replace(
        again(job),
        size=f"{numbers.width}x{numbers.height}",
        steps=numbers.num_inference_steps,
        guidance=numbers.guidance_scale,
    )
    await make_from(interaction, job, "better", wish)


async def extend(interaction: Interaction, job: Job) -> None:
    """Let it go on from its last frame, by as much as was made for it, as one longer clip."""
    clip, spec = _made(job), _spec(interaction, job)
    if not can_extend(job, spec):
        raise Refusal(refusals.NOT_LONGER)
    added = job.request.num_frames - spec.shown_again
    seconds = (clip.num_frames + added) / clip.fps
    if seconds > _LONGEST:
        raise Refusal(refusals.too_long_to_extend(_LONGEST, seconds))
    wish = replace(
        again(job),
        seed=None,
        image_path=None,
        upscales=None,
        continues=clip.path,
    )
    await make_from(interaction, job, "extend", wish)


async def upscale(interaction: Interaction, job: Job) -> None:
    """Make it larger: the same clip with more pixels."""
    clip, spec = _made(job), _spec(interaction, job)
    larger = larger_size(job, spec)
    if larger is None:
        raise Refusal(refusals.NOT_LARGER)
    wish = replace(
        again(job),
        size=f"{larger[0]}x{larger[1]}",
        frames=clip.num_frames,
        fps=clip.fps,
        image_path=None,
        continues=None,
        upscales=clip.path,
    )
    await make_from(interaction, job, "upscale", wish)


async def smooth(interaction: Interaction, job: Job) -> None:
    """Give it frames in between: the same clip, which plays more smoothly."""
    clip = _made(job)
    if not can_smooth(job):
        raise Refusal(refusals.SMOOTH_ALREADY)
    await _check_few_smoothed(interaction)
    await make_from(
        interaction, job, "smooth", replace(again(job), variations=1, smooths=clip.path)
    )


async def _check_few_smoothed(interaction: Interaction) -> None:
    """Raise `Refusal` to who has as many on their way as may wait: these wait in no queue."""
    most = most_waiting(interaction, await rules_for(interaction))
    unfinished = await interaction.client.dispatcher.unfinished_of(interaction.user.id)
    if sum(job.request.smooths is not None for job in unfinished) >= most:
        raise Refusal(refusals.member_has_enough(most, None))


async def smaller(interaction: Interaction, job: Job) -> None:
    """Make what did not fit into the device's memory in the size, or else the length, that may."""
    fits, request = job.fits, job.request
    if fits is None:
        raise Refusal(refusals.UNKNOWN_BUTTON)
    size = f"{fits.width or request.width}x{fits.height or request.height}"
    frames = fits.num_frames if fits.width is None else request.num_frames
    await make_from(interaction, job, "smaller", replace(again(job), size=size, frames=frames))


async def make_from(interaction: Interaction, parent: Job, action: str, wish: Wish) -> None:
    """Make a wish that came from a job; a second press tells of what the first has made."""
    await check_allowed(interaction, parent)
    message = interaction.message
    url = None if message is None or message.flags.ephemeral else message.jump_url
    earlier = await interaction.client.double_clicks.once(
        interaction,
        parent.id,
        action,
        lambda: make_video(interaction, wish, parent, made_by=action, parent_url=url),
    )
    if earlier is not None:
        await tell_of(interaction, earlier)


async def tell_of(interaction: Interaction, earlier: Job) -> None:
    """Say that the press before this one has made a job."""
    stored = await interaction.client.store.job(earlier.id) or earlier
    text = refusals.already_made(stored.id, link_to(stored))
    await interaction.response.send_message(text, ephemeral=True)


async def check_allowed(interaction: Interaction, job: Job) -> None:
    """Everybody may make more from what they see, but where admins leave that to the author.

    Raises `Refusal`.
    """
    if interaction.user.id == job.user_id:
        return
    check_seen(interaction, job)
    if (await rules_for(interaction)).author_only:
        raise Refusal(refusals.AUTHOR_ONLY)


def _spec(interaction: Interaction, job: Job) -> ModelSpec:
    return choose_model(interaction.client.catalogue, job.request.model)


def _made(job: Job) -> Completed:
    if job.completed is None:
        raise Refusal(refusals.NOT_POSTED)
    return job.completed
