"""/video, and everything that makes a new clip from an old one."""

import time

import discord
from discord import app_commands

from bot import i18n
from bot.answers import answer_with_message
from bot.client import Interaction, ZoetropeClient
from bot.components.buttons import waiting_view
from bot.delivery.places import missing_permissions_of, route_of
from bot.disk import has_room
from bot.errors import Refusal
from bot.jobs.job import Job, new_job_id
from bot.jobs.limits import MAX_PROMPT_LENGTH, MAX_SEED, Caps, Plan, Wish, choose_model, make_plan
from bot.jobs.rules import GuildRules
from bot.settings import Settings
from bot.texts import refusals, status
from generator import ModelSpec


def add_video_command(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register /video."""

    @tree.command(name="video", description="Make a short video from a description")
    @app_commands.describe(
        prompt="What the video shows",
        model="Which model makes it",
        seconds="Length in seconds",
        frames="Length in frames, instead of seconds",
        size="Width x height in pixels, such as 256x256",
        steps="Denoising steps: more is slower and finer",
        guidance="How strictly to follow the prompt",
        seed="The same seed and settings give the same video",
        negative_prompt="What the video should not show",
        explain="Add how this very video was made",
    )
    async def video(  # pyright: ignore[reportUnusedFunction]
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, MAX_PROMPT_LENGTH],
        model: str | None = None,
        seconds: app_commands.Range[float, 0.1, 60.0] | None = None,
        frames: app_commands.Range[int, 1, 2000] | None = None,
        size: app_commands.Range[str, 3, 12] | None = None,
        steps: app_commands.Range[int, 1, 200] | None = None,
        guidance: app_commands.Range[float, 1.0, 30.0] | None = None,
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
        negative_prompt: app_commands.Range[str, 0, MAX_PROMPT_LENGTH] | None = None,
        explain: bool = False,
    ) -> None:
        wish = Wish(
            prompt=prompt,
            model=model,
            seconds=seconds,
            frames=frames,
            size=size,
            steps=steps,
            guidance=guidance,
            seed=seed,
            negative_prompt=negative_prompt,
            explain=explain,
        )
        await make_video(interaction, wish)

    video.autocomplete("model")(complete_model)
    video.autocomplete("size")(_complete_size)


async def make_video(interaction: Interaction, wish: Wish, parent: Job | None = None) -> None:
    """Check a wish, answer with its place in the queue, and queue it. Raises `Refusal`."""
    client = interaction.client
    rules = await client.store.rules(interaction.guild_id)
    spec = await resolve_model(client, wish.model, rules)
    await check_device(client, spec)
    _check_member(interaction, rules)
    job_id = await _free_id(client)
    plan = make_plan(
        wish,
        spec,
        rules,
        job_id=job_id,
        output_path=str(client.settings.clips_dir.absolute() / f"{job_id}.mp4"),
        max_bytes=client.delivery.limits.of_result(interaction),
        previews=client.settings.previews,
    )
    await _queue(interaction, _job(interaction, plan, wish, parent), spec)


async def _free_id(client: ZoetropeClient) -> str:
    while not await client.dispatcher.is_free(job_id := new_job_id()):
        pass
    return job_id


async def _queue(interaction: Interaction, job: Job, spec: ModelSpec) -> None:
    dispatcher = interaction.client.dispatcher
    job = await dispatcher.accept(job, _caps(interaction.client.settings))
    text = status.queued(job, spec, dispatcher.place(job), dispatcher.note)
    delivery = interaction.client.delivery
    delivery.hold(job, interaction)
    try:
        message_id = await answer_with_message(interaction, text, waiting_view(job), f"#{job.id}")
    except Exception:
        delivery.forget(job)
        await dispatcher.withdraw(job)  # nobody was told, so nobody waits for it
        raise
    await dispatcher.start(job, message_id)


def _caps(settings: Settings) -> Caps:
    return Caps(
        member=settings.max_waiting_per_user,
        guild=settings.max_waiting_per_guild,
        total=settings.max_waiting,
    )


def _job(interaction: Interaction, plan: Plan, wish: Wish, parent: Job | None) -> Job:
    assert interaction.channel_id is not None, "commands come from channels"
    return Job(
        id=plan.request.id,
        parent_id=parent.id if parent else None,
        user_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        request=plan.request,
        notes=plan.notes,
        explain=wish.explain,
        route=route_of(interaction),
        language=i18n.language(),
        created_at=time.time(),
    )


async def resolve_model(client: ZoetropeClient, name: str | None, rules: GuildRules) -> ModelSpec:
    """Return the model named, else the server's, else the operator's, else the device's."""
    name = name or rules.model or client.settings.default_model
    if name is not None:
        return choose_model(client.catalogue, name)
    ready = await client.generator_device()
    return client.catalogue.default_for(ready.device, ready.memory_bytes)


async def check_device(client: ZoetropeClient, spec: ModelSpec) -> None:
    """Refuse a model that would take hours here, unless the operator chose it for all."""
    if not spec.memory.needs_gpu or spec.name == client.settings.default_model:
        return
    if (await client.generator_device()).device == "cpu":
        raise Refusal(refusals.gpu_needed(spec.title))


def again(job: Job) -> Wish:
    """Return the wish behind a job, seed included."""
    request = job.request
    return Wish(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        model=request.model,
        frames=request.num_frames,
        size=f"{request.width}x{request.height}",
        steps=request.num_inference_steps,
        guidance=request.guidance_scale,
        seed=request.seed,
        explain=job.explain,
    )


def _check_member(interaction: Interaction, rules: GuildRules) -> None:
    """Refuse who may not, and where the result could not be posted."""
    member, client = interaction.user, interaction.client
    if rules.role_id is not None and isinstance(member, discord.Member):
        allowed = member.guild_permissions.manage_guild or any(
            role.id == rules.role_id for role in member.roles
        )
        if not allowed:
            raise Refusal(refusals.role_needed(rules.role_id))
    if missing := missing_permissions_of(interaction):
        raise Refusal(refusals.permissions_missing(missing))
    if not has_room(client.settings.clips_dir):
        raise Refusal(refusals.DISK_FULL)


async def complete_model(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer the catalogue's models that contain what was typed."""
    typed = current.casefold()
    return [
        app_commands.Choice(name=f"{spec.title} ({spec.name})"[:100], value=spec.name)
        for spec in interaction.client.catalogue
        if typed in spec.name.casefold() or typed in spec.title.casefold()
    ][:25]


async def _complete_size(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer the native size of the model chosen so far, and what was typed made legal."""
    client = interaction.client
    try:
        rules = await client.store.rules(interaction.guild_id)
        spec = await resolve_model(client, getattr(interaction.namespace, "model", None), rules)
    except Refusal:
        return []
    size = f"{spec.defaults.width}x{spec.defaults.height}"
    return [app_commands.Choice(name=f"{size} (native)", value=size)]
