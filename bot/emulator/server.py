"""The server: Discord's API, gateway and CDN, and the human's side, on one loopback port."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.emulator.cdn import Cdn
from bot.emulator.clock import Clock
from bot.emulator.core import Core, build_core
from bot.emulator.demo import demo_world
from bot.emulator.faults import Faults
from bot.emulator.gateway import Gateway
from bot.emulator.human.routes import HumanRoutes
from bot.emulator.moderation import Moderation
from bot.emulator.rest.applications import ApplicationRoutes
from bot.emulator.rest.channels import ChannelRoutes
from bot.emulator.rest.exchange import (
    API,
    Recorder,
    answer_errors,
    let_go,
    record_with,
    require_token,
)
from bot.emulator.rest.interactions import InteractionRoutes
from bot.emulator.rest.limits import RateLimits
from bot.emulator.world import World

DEMO_TOKEN = "demo-token"  # noqa: S105 - it opens nothing but this emulator
LOOPBACK = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
_SERVICE_RESTART = 1012
_LARGEST_BODY = 128 * 1024 * 1024


@dataclass(frozen=True)
class Emulator:
    """A running local Discord."""

    core: Core

    @property
    def url(self) -> str:
        return self.core.url

    @property
    def port(self) -> int:
        return int(self.core.url.rpartition(":")[2])

    @property
    def token(self) -> str:
        return self.core.token

    @property
    def world(self) -> World:
        return self.core.world

    @property
    def clock(self) -> Clock:
        return self.core.world.clock

    @property
    def faults(self) -> Faults:
        return self.core.faults

    @property
    def moderation(self) -> Moderation:
        return self.core.moderation

    @property
    def gateway(self) -> Gateway:
        return self.core.gateway


@asynccontextmanager
async def run_emulator(
    port: int = 0,
    *,
    world: World | None = None,
    faults: Faults | None = None,
    token: str = DEMO_TOKEN,
    recorder: Recorder | None = None,
    limits: bool = False,
) -> AsyncGenerator[Emulator]:
    """Serve on loopback until the context ends; port 0 takes a free one.

    A world that was served before can be served again, as Discord outlives its outages. With
    `limits`, the bot has to keep to about the rate limits that it would meet on Discord.
    """
    with socket.create_server((LOOPBACK, port)) as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        core = build_core(world or demo_world(), faults or Faults(), token, url)
        human = HumanRoutes(core)
        application = _application(core, human, _api(core, recorder, limits=limits))
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            yield Emulator(core)
        finally:
            await core.gateway.close(_SERVICE_RESTART)
            await human.close()
            core.faults.close()
            await runner.cleanup()


def _application(core: Core, human: HumanRoutes, api: web.Application) -> web.Application:
    application = web.Application(client_max_size=_LARGEST_BODY)
    application.add_subapp(API, api)
    application.add_routes([web.get("/gateway/", core.gateway.handle), *Cdn(core).table()])
    application.add_routes(human.table())
    application.add_routes([web.get("/", _index)])
    if _PAGE.is_dir():
        application.add_routes([web.static("/page", _PAGE)])
        application.on_response_prepare.append(_keep_page_fresh)
    return application


def _api(core: Core, recorder: Recorder | None, *, limits: bool) -> web.Application:
    """What goes wrong comes first, so that the recorder sees what Discord itself would answer."""
    recording = [record_with(recorder)] if recorder is not None else []
    rates = RateLimits(core.world.clock, kept=limits)
    guards = [rates.middleware, answer_errors, require_token(core.token)]
    layers = [let_go, core.faults.middleware, *recording, *guards]
    api = web.Application(middlewares=layers, client_max_size=_LARGEST_BODY)
    for routes in (ApplicationRoutes(core), ChannelRoutes(core), InteractionRoutes(core)):
        api.add_routes(routes.table())
    return api


async def _keep_page_fresh(request: web.Request, response: web.StreamResponse) -> None:
    """Browsers guess how long a module stays as it is, and an update would mix old and new."""
    if request.path == "/" or request.path.startswith("/page/"):
        response.headers["Cache-Control"] = "no-cache"


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(_PAGE / "index.html")
