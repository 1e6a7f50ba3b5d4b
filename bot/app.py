"""The composition root: builds store, generator and client by hand, in order, and runs them."""

import asyncio
import logging

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import ZoetropeClient
from bot.commands.enhancing import prepare_enhancer
from bot.commands.explain import add_explain_command
from bot.commands.help import add_help_command
from bot.commands.history import HISTORY_PANELS, add_history_command
from bot.commands.log_card import LOG_PANELS
from bot.commands.menus import add_context_menus
from bot.commands.moderation import MODERATION_PANELS, add_moderation_commands
from bot.commands.mysettings import MYSETTINGS_PANELS, add_mysettings_command
from bot.commands.operator import add_operator_commands
from bot.commands.privacy import PRIVACY_PANELS, add_privacy_command
from bot.commands.queue import QUEUE_PANELS, add_queue_command
from bot.commands.quota import add_quota_command
from bot.commands.settings import add_settings_commands
from bot.commands.settings_panel import SETTINGS_PANELS
from bot.commands.show import add_show_command
from bot.commands.video import add_video_command
from bot.components.actions import ACTIONS
from bot.components.drafts import PANEL as DRAFT_PANEL
from bot.components.drafts import serve_draft
from bot.components.lesson import PageButton, QuizStart, TopicMenu
from bot.components.quiz import QuizButton
from bot.connection import stay_connected, wait_for_discord
from bot.disk import DiskGuard
from bot.errors import StartupError
from bot.i18n import read_catalogues
from bot.instance import sole_instance
from bot.jobs.gate import Gate
from bot.jobs.store import open_store
from bot.lifecycle import StopSignals
from bot.presence import show_presence
from bot.retention import keep_tidy
from bot.settings import Settings
from bot.styles import Styles, load_styles
from bot.texts import status
from generator import (
    Catalogue,
    Generator,
    GeneratorUnavailableError,
    ModelFileError,
    Ready,
    load_catalogue,
    open_generator,
)

_log = logging.getLogger(__name__)


class _Stopped(Exception):
    """All is put in order, and the bot may end."""


async def run_bot(settings: Settings, signals: StopSignals | None = None) -> None:
    """Run until a signal, or until cancelled, which stops at once.

    Raises `StartupError` with one sentence when the bot cannot run.
    """
    read_catalogues()
    if settings.discord_url is not None:
        use_local_discord(settings.discord_url)
    catalogue = _load_catalogue(settings)
    _check_model(settings, catalogue)
    styles = load_styles(settings.styles_file)
    with sole_instance(settings.database_path, settings.discord_token, settings.discord_url):
        await _serve(settings, catalogue, styles, signals)


async def _serve(
    settings: Settings, catalogue: Catalogue, styles: Styles, signals: StopSignals | None
) -> None:
    async with (
        open_store(settings.database_path) as store,
        open_generator(
            device=settings.device,
            preload=settings.default_model,
            models_file=settings.models_file,
            request_timeout=settings.request_timeout,
            stall_timeout=settings.stall_timeout,
        ) as generator,
    ):
        _prepare_clips_dir(settings)
        client = ZoetropeClient(settings, store, catalogue, generator, ACTIONS, styles)
        add_commands(client.tree)
        client.panels |= {
            DRAFT_PANEL: serve_draft,
            **QUEUE_PANELS,
            **HISTORY_PANELS,
            **MYSETTINGS_PANELS,
            **PRIVACY_PANELS,
            **SETTINGS_PANELS,
            **MODERATION_PANELS,
            **LOG_PANELS,
        }
        client.add_dynamic_items(PageButton, TopicMenu, QuizStart, QuizButton)
        async with client:
            await _login(client, settings.discord_token)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_stay_connected(client))
                    tasks.create_task(client.dispatcher.run())
                    tasks.create_task(client.generator_watch.run())
                    tasks.create_task(_watch_disk(settings, client.gate))
                    tasks.create_task(keep_tidy(store, settings.clips_dir, settings.retention_days))
                    tasks.create_task(show_presence(client, client.dispatcher))
                    tasks.create_task(_check_device(generator, settings, catalogue))
                    if client.enhancer is not None:
                        tasks.create_task(prepare_enhancer(client.enhancer))
                    if signals is not None:
                        tasks.create_task(_stop_in_order(client, signals))
            except* _Stopped:
                _log.info("stopped in order")
            except* StartupError as errors:
                raise errors.exceptions[0] from None


def add_commands(tree: app_commands.CommandTree[ZoetropeClient]) -> None:
    """Register every command."""
    add_video_command(tree)
    add_context_menus(tree)
    add_explain_command(tree)
    add_settings_commands(tree)
    add_show_command(tree)
    add_queue_command(tree)
    add_quota_command(tree)
    add_history_command(tree)
    add_mysettings_command(tree)
    add_privacy_command(tree)
    add_help_command(tree)
    add_moderation_commands(tree)
    add_operator_commands(tree)


async def _stay_connected(client: ZoetropeClient) -> None:
    try:
        await stay_connected(client)
    except StartupError:
        await client.dispatcher.drain(0)
        raise


async def _watch_disk(settings: Settings, gate: Gate) -> None:
    def show(room: bool) -> None:
        if room:
            gate.open("disk")
        else:
            gate.close("disk", status.DISK_FULL_WAITING)

    await DiskGuard(settings.clips_dir, show).watch()


async def _stop_in_order(client: ZoetropeClient, signals: StopSignals) -> None:
    await signals.wait()
    grace = client.settings.grace_seconds
    _log.info("stopping within %g s; a second signal stops at once", grace)
    await client.dispatcher.drain(grace)
    raise _Stopped


def use_local_discord(url: str) -> None:
    """Point discord.py at a local Discord; it has no parameter for that."""
    base = yarl.URL(url)
    Route.BASE = f"{base.origin()}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = base.with_scheme("ws").with_path("/gateway/")
    discord.Asset.BASE = str(base.origin())  # pyright: ignore[reportAttributeAccessIssue]


async def _login(client: ZoetropeClient, token: str) -> None:
    await wait_for_discord()
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise StartupError(
            "Discord refused the token: copy it again from the Developer Portal "
            "(your application > Bot > Reset Token) into DISCORD_TOKEN"
        ) from None
    except (OSError, discord.HTTPException, discord.RateLimited) as error:
        raise StartupError(f"Discord cannot be reached ({error}): check the network") from error


async def _check_device(generator: Generator, settings: Settings, catalogue: Catalogue) -> None:
    """Say what the generator runs on, and what that means for the model chosen."""
    ready = await _first_ready(generator)
    default = catalogue.default_for(ready.device, ready.memory_bytes)
    chosen = catalogue[settings.default_model] if settings.default_model else default
    _log.info("videos are made by %s on %s (%s)", chosen.name, ready.device_name, ready.device)
    if chosen.memory.needs_gpu and ready.device == "cpu":
        _log.warning(
            "no GPU was found, so %s will take very long: set DEFAULT_MODEL=%s, or check the "
            "GPU's driver and PyTorch build",
            chosen.name,
            default.name,
        )


async def _first_ready(generator: Generator) -> Ready:
    while True:
        try:
            return await generator.wait_ready()
        except GeneratorUnavailableError:  # the watch says so
            continue


def _load_catalogue(settings: Settings) -> Catalogue:
    try:
        return load_catalogue(settings.models_file)
    except ModelFileError as error:
        raise StartupError(f"MODELS_FILE: {error}") from error


def _check_model(settings: Settings, catalogue: Catalogue) -> None:
    name = settings.default_model
    if name is not None and name not in catalogue:
        known = ", ".join(catalogue.names)
        raise StartupError(f"DEFAULT_MODEL: there is no model {name!r}; choose one of {known}")


def _prepare_clips_dir(settings: Settings) -> None:
    try:
        settings.clips_dir.mkdir(parents=True, exist_ok=True)
        for unfinished in settings.clips_dir.glob("*.part"):  # of a bot that was killed
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise StartupError(f"DATA_DIR cannot be used ({error}): check its permissions") from error
