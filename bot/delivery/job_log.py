"""A server's log channel: a card for each job that has ended, for its moderators."""

import asyncio
import logging

import discord

from bot.components.log_card import card, card_view
from bot.delivery.faults import DISCORD_ERRORS, describe
from bot.errors import StoreError
from bot.i18n import speaking
from bot.jobs.job import Job
from bot.jobs.store import Store
from generator import Catalogue

_log = logging.getLogger(__name__)
_TIMEOUT = 60.0  # seconds


class JobLog:
    """Posts cards beside everything else; one that Discord does not take is left out.

    The rows in the database are the record: the log channel only shows them.
    """

    def __init__(self, client: discord.Client, store: Store, catalogue: Catalogue) -> None:
        self._client = client
        self._store = store
        self._catalogue = catalogue
        self._posting: set[asyncio.Task[None]] = set()

    def note(self, job: Job) -> None:
        """Post a job's card where its server wants one."""
        if job.guild_id is not None:
            task = asyncio.create_task(self._post(job, job.guild_id))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)

    async def flush(self) -> None:
        """Wait until all cards are up, or are left out."""
        await asyncio.gather(*self._posting)

    async def _post(self, job: Job, guild_id: int) -> None:
        try:
            rules = await self._store.rules(guild_id)
            if rules.log_channel_id is None:
                return
            channel = self._client.get_partial_messageable(rules.log_channel_id, guild_id=guild_id)
            name = job.request.model  # which an operator may have taken away since
            model = next((spec.title for spec in self._catalogue if spec.name == name), name)
            with speaking(rules.language or "en"):
                embed, view = card(job, model), card_view(job)
            async with asyncio.timeout(_TIMEOUT):
                await channel.send(embed=embed, view=view, nonce=f"{job.id}-log")
        except (StoreError, *DISCORD_ERRORS) as error:
            _log.info("job %s is not in the log channel: %s", job.id, describe(error))
