"""From a wish to a job in the queue: what /video, forms, menus and buttons have in common."""

import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from functools import partial

import aiohttp
import discord
import msgspec

from bot import i18n
from bot.answers import answer_with_message
from bot.client import Interaction, ZoetropeClient
from bot.commands.ruling import caps_for, check_member, rules_for
from bot.components.buttons import waiting_view
from bot.delivery.places import route_of, share_of
from bot.errors import Refusal
from bot.jobs.choices import MemberChoices
from bot.jobs.defaults import with_defaults
from bot.jobs.inputs import kept_clip, with_own_clip
from bot.jobs.job import Job, new_job_id
from bot.jobs.limits import Caps, Plan, choose_model, make_plan
from bot.jobs.offer import Offer
from bot.jobs.rules import GuildRules
from bot.jobs.wish import Wish
from bot.pictures import copy_picture, fetch_picture, picture_path, remove_picture
from bot.texts import status, wishes
from generator import ModelSpec


async def make_video(
    interaction: Interaction,
    wish: Wish,
    parent: Job | None = None,
    *,
    made_by: str | None = None,
    parent_url: str | None = None,
) -> Job:
    """Check a wish, answer with its place in the queue, and queue it. Raises `Refusal`."""
    asked = await check_wish(interaction, wish, parent, made_by=made_by, parent_url=parent_url)
    async with asked.inputs(interaction):
        await _queue(interaction, asked.job, asked.spec, asked.caps)
    return asked.job


@dataclass(frozen=True)
class Asked:
    """A job that may be made, but is not queued yet."""

    wish: Wish
    job: Job
    spec: ModelSpec
    caps: Caps

    @contextlib.asynccontextmanager
    async def inputs(self, interaction: Interaction) -> AsyncGenerator[None]:
        """Keep the picture, or the clip, that it begins with, unless the block fails.

        Raises `Refusal`.
        """
        request = self.job.request
        own_picture = picture_path(request.output_path) if self.wish.has_image else None
        async with _picture(interaction, self.wish, own_picture), kept_clip(self.wish, request):
            yield


async def check_wish(
    interaction: Interaction,
    wish: Wish,
    parent: Job | None = None,
    *,
    made_by: str | None = None,
    parent_url: str | None = None,
) -> Asked:
    """Return the job for a wish. Raises `Refusal` where it may not be made."""
    client = interaction.client
    if parent is not None and parent.user_id != interaction.user.id:
        wish = replace(wish, to_dm=None)  # where clips go is for each member to choose
    spec, rules, wish = await complete(interaction, wish)
    if wish.smooths is None:
        await check_device(client, spec)
    await check_member(interaction, rules)
    job_id = await _free_id(client)
    output_path = str(client.settings.clips_dir.absolute() / f"{job_id}.mp4")
    own_picture = picture_path(output_path) if wish.has_image else None
    planned = partial(
        make_plan,
        spec=spec,
        rules=rules,
        offer=await offer_of(client),
        job_id=job_id,
        output_path=output_path,
        max_bytes=share_of(_max_bytes(interaction, wish), wish.variations),
        previews=client.settings.previews and rules.previews is not False,
    )
    exact = replace(with_own_clip(wish, output_path), image_path=own_picture)
    plan = planned(exact)  # what is refused is said in the reader's language
    job = _job(interaction, plan, wish, parent, made_by, parent_url)
    if rules.language is not None and not job.private:
        with i18n.speaking(rules.language):
            notes = planned(replace(exact, style=plan.style or "")).notes
        job = msgspec.structs.replace(job, language=rules.language, notes=notes)
    caps = await caps_for(interaction, rules)
    if wish.smooths is not None:  # which takes no device time
        caps = replace(caps, account=None)
    return Asked(wish, job, spec, caps)


async def complete(interaction: Interaction, wish: Wish) -> tuple[ModelSpec, GuildRules, Wish]:
    """Return the model for a wish, the rules where it is made, and the wish with what is usual."""
    client = interaction.client
    rules = await rules_for(interaction)
    choices = await client.store.choices(interaction.user.id)
    spec = await resolve_model(client, wish.model, rules, choices)
    return spec, rules, with_defaults(wish, choices, rules, spec, client.styles)


async def offer_of(client: ZoetropeClient) -> Offer:
    """Return what there is to choose from on this device."""
    device = client.generator_watch.device  # a generator that is still to start is not waited for
    models = [
        spec
        for spec in client.catalogue
        if device is None
        or device.device != "cpu"
        or not spec.memory.needs_gpu
        or spec.name == client.settings.default_model
    ]
    return Offer(models=models, styles=client.styles)


@contextlib.asynccontextmanager
async def _picture(interaction: Interaction, wish: Wish, path: str | None) -> AsyncGenerator[None]:
    """Keep a wish's picture for its job, unless the block fails. Raises `Refusal`.

    Discord waits three seconds for an answer, and a picture may take longer: then the answer is
    promised first, and taken back if there is none.
    """
    fetched = wish.image_url is not None
    if fetched:
        await interaction.response.defer(thinking=True, ephemeral=bool(wish.private))
    try:
        if path is not None and wish.image_url is not None:
            await fetch_picture(interaction.client, wish.image_url, path)
        elif path is not None and wish.image_path is not None:
            await copy_picture(wish.image_path, path)
        yield
    except Exception:
        if fetched:
            with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
                await interaction.delete_original_response()
        with contextlib.suppress(OSError):
            remove_picture(path)
        raise


async def _free_id(client: ZoetropeClient) -> str:
    while not await client.dispatcher.is_free(job_id := new_job_id()):
        pass
    return job_id


async def _queue(interaction: Interaction, job: Job, spec: ModelSpec, caps: Caps) -> None:
    dispatcher = interaction.client.dispatcher
    job = await dispatcher.accept(job, caps)
    with i18n.speaking(job.language):
        text = status.queued(job, spec, dispatcher.place(job), dispatcher.note)
    delivery = interaction.client.delivery
    delivery.hold(job, interaction)
    try:
        message_id = await answer_with_message(
            interaction, text, waiting_view(job), f"#{job.id}", ephemeral=job.private
        )
    except Exception:
        delivery.forget(job)
        await dispatcher.withdraw(job)  # nobody was told, so nobody waits for it
        raise
    await dispatcher.start(job, message_id)


def _max_bytes(interaction: Interaction, wish: Wish) -> int:
    limits = interaction.client.delivery.limits
    return limits.of_answer(interaction) if wish.private else limits.of_result(interaction)


def _job(
    interaction: Interaction,
    plan: Plan,
    wish: Wish,
    parent: Job | None,
    made_by: str | None,
    parent_url: str | None,
) -> Job:
    assert interaction.channel_id is not None, "commands come from channels"
    return Job(
        id=plan.request.id,
        parent_id=parent.id if parent else None,
        parent_url=parent_url,
        made_by=made_by,
        user_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        request=plan.request,
        own_prompt=plan.own_prompt,
        own_negative_prompt=plan.own_negative_prompt,
        seed_picked=wish.seed is None,
        notes=plan.notes,
        explain=bool(wish.explain),
        # what only its member sees is out of the bot's own reach
        route="interaction" if wish.private else route_of(interaction),
        language=i18n.language(),
        private=bool(wish.private),
        spoiler=bool(wish.spoiler),
        to_dm=bool(wish.to_dm),
        style=plan.style,
        variations=wish.variations,
        created_at=time.time(),
    )


async def resolve_model(
    client: ZoetropeClient,
    name: str | None,
    rules: GuildRules,
    choices: MemberChoices | None = None,
) -> ModelSpec:
    """Return the model named, else the member's, the server's, the operator's, or the device's.

    What a member once chose is left aside where it is gone, or would take hours.
    """
    chosen = None if choices is None else choices.model
    if name is None and chosen is not None and chosen in client.catalogue:
        usual = client.catalogue[chosen]
        with contextlib.suppress(Refusal):
            await check_device(client, usual)
            return usual
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
        raise Refusal(wishes.gpu_needed(spec.title))
