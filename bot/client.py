"""The Discord client: what it may see, its commands' registration, and one place for errors."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.answers import answer_error
from bot.command_registration import register_commands
from bot.components.buttons import JobButton
from bot.components.double_clicks import DoubleClicks
from bot.components.edit_form import submission
from bot.components.panels import Panel, PanelItem, panel_of_form
from bot.delivery.delivery import Delivery
from bot.delivery.job_log import JobLog
from bot.delivery.places import UploadLimits
from bot.delivery.traffic import Traffic
from bot.errors import Refusal, StoreError
from bot.explainer.gallery import Gallery
from bot.generator_watch import GeneratorWatch
from bot.i18n import _, language_of, speak
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.gate import Gate
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.logs import job_context
from bot.operator_switch import OperatorSwitch
from bot.settings import Settings
from bot.styles import Styles
from bot.texts import refusals
from generator import Catalogue, Generator, GeneratorUnavailableError, PromptEnhancer, Ready

_log = logging.getLogger(__name__)
_READY_WAIT = 2.0  # seconds; an interaction must be answered within 3
_REMEMBERED_INTERACTIONS = 10_000


class ZoetropeClient(discord.Client):
    """Holds what commands and buttons need: the store, the dispatcher, the catalogue."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        catalogue: Catalogue,
        generator: Generator,
        actions: Mapping[str, "Action"],
        styles: Styles | None = None,
    ) -> None:
        # discord.py would advise to install its voice parts, which a bot that never speaks lacks
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        traffic = Traffic(settings.progress_interval)
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=60.0,
            http_trace=traffic.trace(),
        )
        self.settings = settings
        self.store = store
        self.catalogue = catalogue
        self.styles: Styles = styles or {}
        self.delivery = Delivery(
            self,
            catalogue,
            traffic,
            UploadLimits(settings.max_upload_bytes),
            self.has_showcase,
        )
        self.gallery = Gallery(settings.data_dir / "explainer")
        self.gate = Gate()
        self.operator_switch = OperatorSwitch(store, self.gate)
        self.generator_watch = GeneratorWatch(generator, store, self.gate)
        limit = settings.generator_memory_limit
        self.dispatcher = Dispatcher(
            store,
            generator,
            self.delivery,
            self.gate,
            memory_limit=None if limit is None else int(limit * 2**30),
            on_end=JobLog(self, store, catalogue).note,
        )
        self.tree = CommandTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self.enhancer: PromptEnhancer | None = None
        """What suggests prompts, where the operator has named a model for it."""
        if settings.enhancer_model is not None:
            self.enhancer = PromptEnhancer(settings.enhancer_model, settings.enhancer_timeout)
        self._generator = generator
        self._actions = actions
        self.panels: dict[str, Panel] = {}
        """What serves private pages, by name."""
        self.command_ids: dict[str, int] = {}
        """Discord's, for mentions that can be clicked, by command."""
        self._seen: dict[int, None] = {}
        self.double_clicks = DoubleClicks()
        self.sharing = asyncio.Lock()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(JobButton, PanelItem)
        self._respect_portal()
        await self.operator_switch.restore()
        always = self.settings.discord_url is not None
        self.command_ids = await register_commands(self.tree, self.store, always=always)

    async def close(self) -> None:
        """Disconnect, before which what is being edited is left as it is."""
        self.delivery.close()
        await super().close()

    def _respect_portal(self) -> None:
        """Offer no installation by members where the application's settings do not allow it."""
        if self.application is None or self.application.user_integration_config is None:
            self.tree.allowed_installs = app_commands.AppInstallationType(guild=True)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Pass no event on once the client is being closed: discord.py has no loop for it then."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_ready(self) -> None:
        _log.info("connected as %s in %d servers", self.user, len(self.guilds))

    async def generator_device(self) -> Ready:
        """Return what the generator runs on, or ran on. Raises `Refusal` before its first start."""
        if self.generator_watch.device is not None:
            return self.generator_watch.device
        try:
            async with asyncio.timeout(_READY_WAIT):
                return await self._generator.wait_ready()
        except TimeoutError:
            raise Refusal(refusals.STARTING) from None
        except GeneratorUnavailableError as error:
            raise Refusal(error.text(_)) from None

    async def has_showcase(self, guild_id: int | None) -> bool:
        """Tell whether a server has a channel to share clips in."""
        try:
            return (await self.store.rules(guild_id)).showcase_channel_id is not None
        except StoreError as error:
            _log.warning("the rules of a server cannot be read: %s", error)
            return False

    def is_new(self, interaction: "Interaction") -> bool:
        """Tell whether an interaction has not been seen; the gateway may deliver one twice."""
        if interaction.id in self._seen:
            _log.warning("interaction %s was delivered again", interaction.id)
            return False
        self._seen[interaction.id] = None
        if len(self._seen) > _REMEMBERED_INTERACTIONS:
            del self._seen[next(iter(self._seen))]
        return True

    async def receive(self, interaction: "Interaction") -> bool:
        """Speak the language of whoever sent it from here on; False for what came before."""
        if not self.is_new(interaction):
            return False
        speak(await self.language_of(interaction))
        return True

    async def language_of(self, interaction: "Interaction") -> str:
        """Return what a member reads, as a key of `bot.i18n.LANGUAGES`."""
        try:
            chosen = (await self.store.choices(interaction.user.id)).language
        except StoreError as error:  # what follows will say so, in whatever language
            _log.warning("the language of a member cannot be read: %s", error)
            chosen = None
        return chosen or language_of(interaction.locale)

    # --- buttons and forms; discord.py would only log what goes wrong in them ---

    async def press(self, action: str, job_id: str, interaction: "Interaction") -> None:
        """Do what a job's button says."""
        if not await self.receive(interaction):
            return
        with job_context(job_id):
            try:
                handler = self._actions.get(action)
                if handler is None:
                    raise Refusal(refusals.UNKNOWN_BUTTON)
                job = await self.store.job(job_id)
                if job is None:
                    raise Refusal(refusals.NO_SUCH_JOB)
                await handler(interaction, job)
            except Exception as error:
                await answer_error(interaction, error)

    async def serve_panel(
        self, name: str, argument: str, values: Sequence[str], interaction: "Interaction"
    ) -> None:
        """Do what a private page's component or form says."""
        if not await self.receive(interaction):
            return
        try:
            panel = self.panels.get(name)
            if panel is None:
                raise Refusal(refusals.UNKNOWN_BUTTON)
            await panel(interaction, argument, values)
        except Exception as error:
            await answer_error(interaction, error)

    async def on_interaction(self, interaction: "Interaction") -> None:
        """Serve submitted forms here, because discord.py forgets open forms on a restart."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Mapping[str, Any] = interaction.data or {}
        submitted = submission(data.get("custom_id", ""))
        if submitted is not None:
            await self.press(*submitted, interaction)
        if (panel := panel_of_form(data.get("custom_id", ""))) is not None:
            await self.serve_panel(*panel, (), interaction)


class CommandTree(app_commands.CommandTree[ZoetropeClient]):
    """The slash commands, with the one error handler."""

    async def interaction_check(self, interaction: "Interaction", /) -> bool:
        return await interaction.client.receive(interaction)

    async def on_error(
        self,
        interaction: "Interaction",
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        if isinstance(error, app_commands.CommandInvokeError):
            await answer_error(interaction, error.original)
        else:
            await answer_error(interaction, error)


Interaction = discord.Interaction[ZoetropeClient]
Action = Callable[[Interaction, Job], Awaitable[None]]
