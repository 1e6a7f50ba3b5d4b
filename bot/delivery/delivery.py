"""Telling members about their jobs: progress in the status message, and the MP4 in a new one."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import discord

from bot.components.buttons import cancel_view, fetch_view, retry_view, waiting_view
from bot.delivery.clips import Clips
from bot.delivery.faults import DISCORD_ERRORS, PASSING, Fault, TokenError, describe, fault_of
from bot.delivery.message_writer import MessageWriter
from bot.delivery.places import UploadLimits
from bot.delivery.posting import HasShowcase, Posted, Posting
from bot.delivery.status_messages import StatusMessages
from bot.delivery.tokens import LiveMessage
from bot.delivery.traffic import Traffic
from bot.i18n import speaking
from bot.jobs.forecast import Place
from bot.jobs.job import Job, JobState
from bot.jobs.reporter import DeliveryError
from bot.texts import results, status
from generator import Catalogue, Progress

_log = logging.getLogger(__name__)
_TIMEOUT = 300.0
"""Seconds for a call that is not tried again; uploads are slow."""
_ENDS = frozenset({JobState.POSTED, JobState.FAILED, JobState.CANCELLED})
_REMEMBERED_ENDS = 1_000
_TOLD_ELSEWHERE = frozenset(
    {Fault.OLD_MESSAGE, Fault.ARCHIVED, Fault.NO_PLACE, Fault.NO_PERMISSION}
)


class Delivery:
    """Shows jobs in Discord; the dispatcher's `Reporter`."""

    def __init__(
        self,
        client: discord.Client,
        catalogue: Catalogue,
        traffic: Traffic,
        limits: UploadLimits,
        has_showcase: HasShowcase,
    ) -> None:
        self.limits = limits
        self._client = client
        self._catalogue = catalogue
        self._traffic = traffic
        self._posting = Posting(client, catalogue, traffic, limits, has_showcase)
        self._status_messages = StatusMessages(client, traffic)
        self._writers: dict[str, MessageWriter] = {}
        self._live: dict[str, LiveMessage] = {}
        self._posted: dict[str, Posted] = {}
        self._ended: dict[str, None] = {}
        """The latest ends: what is shown late, or once more, must not land on them."""
        self._goodbyes: set[asyncio.Task[Fault | None]] = set()
        self._first_steps: dict[str, tuple[float, int]] = {}

    def hold(self, job: Job, interaction: discord.Interaction[Any]) -> None:
        """Write to a job through this interaction, where there is no other way, while it lives."""
        if job.route == "interaction":
            live = self._live.setdefault(job.id, LiveMessage())
            live.renew(interaction, lambda: self._say_goodbye(job))
            self._writer(job).reopen()

    # --- on the way ---

    def show_place(self, job: Job, place: Place, *notes: str) -> None:
        # a job of a model that was taken away fails as soon as it is its turn
        if job.id not in self._ended and job.request.model in self._catalogue:
            spec = self._catalogue[job.request.model]
            with speaking(job.language):  # whoever made it move
                content, view = status.queued(job, spec, place, *notes), waiting_view(job)
            self._writer(job).show(content, view)

    async def find_status(self, job: Job, place: Place, *notes: str) -> tuple[int | None, int]:
        spec = self._catalogue[job.request.model]
        return await self._status_messages.recover(job, spec, place, *notes)

    def show_progress(self, job: Job, progress: Progress) -> None:
        if job.id in self._ended:
            return
        spec = self._catalogue[job.request.model]
        content = status.running(job, spec, progress, self._ready_at(job, progress))
        if progress.preview is None:
            self._writer(job).show(content, cancel_view(job))
        else:
            alt_text = results.preview_alt_text(job, progress)
            picture = Path(progress.preview)
            self._writer(job).show(
                content, cancel_view(job), picture, alt_text, spoiler=job.spoiler
            )

    def show_stopping(self, job: Job) -> None:
        """Show that a running job will stop, until it has."""
        if job.id not in self._ended:
            self._writer(job).show(status.stopping(job), None)

    def show_buttons(self, job: Job) -> None:
        """Show the buttons of a running job as they are now."""
        if job.id not in self._ended:
            self._writer(job).show_view(cancel_view(job))

    def close(self) -> None:
        """Edit nothing more."""
        for writer in self._writers.values():
            writer.close()

    async def flush(self) -> None:
        await asyncio.gather(*(writer.flush() for writer in self._writers.values()))

    # --- the clip ---

    async def post(self, job: Job, *, again: bool) -> int | None:
        if job.route == "channel":
            posted = self._posted[job.id] = await self._posting.post(job, again=again)
            return posted.message_id
        message_id = await self._post_live(job)
        if message_id is not None or not job.private:
            return message_id
        try:
            posted = await self._posting.post_directly(job, results.PRIVATE, again=again)
        except DeliveryError as error:
            _log.info("job %s: its clip is to be fetched: %s", job.id, error)
            return None
        self._posted[job.id] = posted
        return posted.message_id

    async def _post_live(self, job: Job) -> int | None:
        """Post through a living interaction; without one the member fetches the clip."""
        message = await self._posting.message(Clips.of(job))
        try:
            interaction = self._live.setdefault(job.id, LiveMessage()).interaction
            async with asyncio.timeout(_TIMEOUT):
                sent = await interaction.followup.send(**message, wait=True, ephemeral=job.private)
                return sent.id
        except (TokenError, *DISCORD_ERRORS) as error:
            _log.info("job %s: its clip is to be fetched: %s", job.id, describe(error))
            return None

    # --- last words ---

    async def show_done(self, job: Job) -> bool:
        if job.to_dm and job.result_message_id is not None:
            await self._posting.copy_to_member(job)
        posted = self._posted.get(job.id)
        if job.result_message_id is None:
            return await self._settle(job, results.press_for_result(job), fetch_view(job))
        if posted is not None and posted.reason is not None:
            return await self._settle(job, results.done_privately(job, posted.reason), None)
        return await self._settle(job, results.done(job, posted.url if posted else None), None)

    async def show_failure(self, job: Job, message: str) -> bool:
        content, view = status.failed(job, message), retry_view(job)
        fault = await self._finish(job, content, view)
        if job.route == "channel" and job.status_message_id is None:  # killed before it was known
            return await self._say(job, content, view, privately=False)
        if fault in _TOLD_ELSEWHERE or (job.private and fault is Fault.NO_TOKEN):
            return await self._say(job, content, view, privately=fault is not Fault.OLD_MESSAGE)
        return fault not in PASSING

    async def show_cancelled(self, job: Job, by_user_id: int | None, step: int, total: int) -> bool:
        content = status.cancelled(job, by_user_id, step, total)
        return await self._settle(job, content, retry_view(job))

    async def _settle(self, job: Job, content: str, view: discord.ui.View | None) -> bool:
        return await self._finish(job, content, view) not in PASSING

    async def _finish(self, job: Job, content: str, view: discord.ui.View | None) -> Fault | None:
        fault = await self._writer(job).finish(content, view)
        if fault not in PASSING:
            self.forget(job)
            self._ended[job.id] = None
            if len(self._ended) > _REMEMBERED_ENDS:
                del self._ended[next(iter(self._ended))]
        return fault

    async def _say(self, job: Job, content: str, view: discord.ui.View, *, privately: bool) -> bool:
        """Say in a message of its own what the status message cannot; in the end, privately."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                member = discord.Object(job.user_id)
                place = await self._client.create_dm(member) if privately else self._channel(job)
                await place.send(content, view=view, nonce=f"{job.id}-end")
        except DISCORD_ERRORS as error:
            _log.info("job %s: its end cannot be told: %s", job.id, describe(error))
            if fault_of(error) in PASSING:
                return False
            return privately or await self._say(job, content, view, privately=True)
        return True

    # --- what is kept of a job until its end ---

    def forget(self, job: Job) -> None:
        """Write to a job no more."""
        if (live := self._live.pop(job.id, None)) is not None:
            live.close()
        for kept in (self._writers, self._posted, self._first_steps):
            kept.pop(job.id, None)

    def _say_goodbye(self, job: Job) -> None:
        """Say, before the token is over, how to go on from there."""
        if job.id in self._ended or job.state in _ENDS:
            self.forget(job)
        elif (writer := self._writers.get(job.id)) is not None:
            with speaking(job.language):
                content, view = results.press_later(job), cancel_view(job)
            task = asyncio.create_task(writer.finish(content, view))
            self._goodbyes.add(task)
            task.add_done_callback(self._goodbyes.discard)

    def _writer(self, job: Job) -> MessageWriter:
        if job.id in self._writers:
            return self._writers[job.id]
        if job.route == "interaction":
            target = self._live.setdefault(job.id, LiveMessage())
        elif job.status_message_id is None:  # nothing can be edited
            nobody = MessageWriter(LiveMessage(), self._traffic, job.channel_id)
            nobody.close()
            return nobody
        else:
            target = self._channel(job).get_partial_message(job.status_message_id)
        writer = self._writers[job.id] = MessageWriter(target, self._traffic, job.channel_id)
        return writer

    def _channel(self, job: Job) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)

    def _ready_at(self, job: Job, progress: Progress) -> int | None:
        """Estimate the finish as Unix time from the steps measured so far in this very run."""
        if progress.stage != "denoising" or progress.step < 1:
            self._first_steps.pop(job.id, None)  # the next clip, or another attempt, begins anew
            return None
        now = time.monotonic()
        started, first = self._first_steps.setdefault(job.id, (now, progress.step))
        if progress.step == first:
            return None
        clips = job.variations - len(job.clips)
        steps = clips * progress.total_steps - progress.step
        return round(time.time() + steps * (now - started) / (progress.step - first))
