"""Telling members about their jobs: progress in the status message, and the MP4 in a new one."""

import asyncio
import logging
import time
from pathlib import Path

import discord

from bot import texts
from bot.components.buttons import cancel_view, result_view, retry_view
from bot.delivery.faults import PASSING
from bot.delivery.message_writer import MessageWriter
from bot.delivery.traffic import Traffic
from bot.explainer.lesson import job_lesson
from bot.jobs.forecast import Place
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from generator import Catalogue, Progress

_log = logging.getLogger(__name__)


class Delivery:
    """Shows jobs in Discord; the dispatcher's `Reporter`."""

    def __init__(self, client: discord.Client, catalogue: Catalogue, traffic: Traffic) -> None:
        self._client = client
        self._catalogue = catalogue
        self._traffic = traffic
        self._big_model = next(spec.name for spec in catalogue if not spec.small_world)
        self._writers: dict[str, MessageWriter] = {}
        self._first_steps: dict[str, tuple[float, int]] = {}

    def show_place(self, job: Job, place: Place, note: str = "") -> None:
        spec = self._catalogue[job.request.model]
        if (writer := self._writer(job)) is not None:
            writer.show(texts.queued(job, spec, place, note), cancel_view(job))

    def show_progress(self, job: Job, progress: Progress) -> None:
        spec = self._catalogue[job.request.model]
        content = texts.running(job, spec, progress, self._ready_at(progress))
        if (writer := self._writer(job)) is None:
            return
        if progress.preview is None:
            writer.show(content, cancel_view(job))
        else:
            alt_text = texts.preview_alt_text(job, progress)
            writer.show(content, cancel_view(job), Path(progress.preview), alt_text)

    async def show_done(self, job: Job) -> bool:
        return await self._finish(job, texts.done(job), None)

    async def show_failure(self, job: Job, message: str) -> bool:
        return await self._finish(job, texts.failed(job, message), retry_view(job))

    async def show_cancelled(self, job: Job, by_user_id: int | None, step: int, total: int) -> bool:
        return await self._finish(
            job, texts.cancelled(job, by_user_id, step, total), retry_view(job)
        )

    async def flush(self) -> None:
        await asyncio.gather(*(writer.flush() for writer in self._writers.values()))

    async def post(self, job: Job, *, again: bool) -> int | None:
        """Post the clip as a new message that mentions who asked; an edit would not notify."""
        channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        try:
            message = await self._send(channel, job, self._status_reference(job))
        except FileNotFoundError:
            raise DeliveryError("the finished file is gone from the bot's disk.") from None
        except discord.HTTPException as error:
            message = await self._send_privately(job, error)
        return message.id

    async def _send(
        self,
        channel: discord.abc.Messageable,
        job: Job,
        reference: discord.MessageReference | None = None,
    ) -> discord.Message:
        assert job.completed is not None, "only finished jobs are posted"
        spec = self._catalogue[job.request.model]
        path = Path(job.completed.shown_path)
        # a File can be sent only once: each attempt makes its own
        file = discord.File(
            path, f"{job.id}-seed{job.request.seed}.mp4", description=texts.alt_text(job)
        )
        return await channel.send(
            texts.result(job, job.completed, spec, self._big_model),
            file=file,
            embeds=[job_lesson(job, spec)] if job.explain else [],
            view=result_view(job),
            reference=reference,  # pyright: ignore[reportArgumentType]
            nonce=job.id,  # Discord drops a second send with the same nonce
            allowed_mentions=discord.AllowedMentions(users=[discord.Object(job.user_id)]),
        )

    async def _send_privately(self, job: Job, refusal: discord.HTTPException) -> discord.Message:
        """Fall back to a direct message when the channel does not take the clip."""
        _log.warning("job %s: the channel refused the clip: %s", job.id, refusal)
        reason = refusal.text or f"HTTP {refusal.status}"
        try:
            user = await self._client.fetch_user(job.user_id)
            return await self._send(user, job)
        except discord.HTTPException:
            raise DeliveryError(
                f"Discord did not take the clip in this channel ({reason}), "
                "and direct messages to you are closed. The clip is kept: try again later."
            ) from None

    def _status_reference(self, job: Job) -> discord.MessageReference | None:
        if job.status_message_id is None:
            return None
        return discord.MessageReference(
            message_id=job.status_message_id,
            channel_id=job.channel_id,
            guild_id=job.guild_id,
            fail_if_not_exists=False,
        )

    def _ready_at(self, progress: Progress) -> int | None:
        """Estimate the finish as Unix time from the steps measured so far in this very run."""
        if progress.stage != "denoising" or progress.step < 1:
            self._first_steps.pop(progress.id, None)  # a clip that is tried again begins anew
            return None
        now = time.monotonic()
        started, first = self._first_steps.setdefault(progress.id, (now, progress.step))
        if progress.step == first:
            return None
        left = (progress.total_steps - progress.step) * (now - started) / (progress.step - first)
        return round(time.time() + left)

    async def _finish(self, job: Job, content: str, view: discord.ui.View | None) -> bool:
        settled = True
        if (writer := self._writer(job)) is not None:
            settled = await writer.finish(content, view) not in PASSING
        self._writers.pop(job.id, None)
        self._first_steps.pop(job.id, None)
        return settled

    def _writer(self, job: Job) -> MessageWriter | None:
        if job.status_message_id is None:
            return None
        if job.id not in self._writers:
            channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
            message = channel.get_partial_message(job.status_message_id)
            self._writers[job.id] = MessageWriter(message, self._traffic, job.channel_id)
        return self._writers[job.id]
