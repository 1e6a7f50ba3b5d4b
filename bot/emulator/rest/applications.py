"""Routes about the application, its commands, users and guilds."""

from typing import Any

from aiohttp import web

from bot.emulator import application_payloads, errors, payloads
from bot.emulator.core import Core, gateway_address
from bot.emulator.entities import Command, Guild
from bot.emulator.requests import DirectChannel, parse
from bot.emulator.uploads import body_of
from bot.emulator.wire import Payload, json_response


class ApplicationRoutes:
    """Handlers under /applications, /users, /guilds and /gateway."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def table(self) -> list[web.RouteDef]:
        routes = [
            web.get("/gateway", self.gateway),
            web.get("/gateway/bot", self.gateway),
            web.get("/users/@me", self.own_user),
            web.get(r"/users/{user_id:\d+}", self.user),
            web.post("/users/@me/channels", self.open_direct_channel),
            web.get(r"/guilds/{guild_id:\d+}", self.guild),
            web.get("/applications/@me", self.application),
            web.get("/oauth2/applications/@me", self.application),
            web.get(r"/applications/{application_id:\d+}/entitlements", self.entitlements),
        ]
        for commands in (
            r"/applications/{application_id:\d+}/commands",
            r"/applications/{application_id:\d+}/guilds/{guild_id:\d+}/commands",
        ):
            routes += [
                web.get(commands, self.list_commands),
                web.put(commands, self.replace_commands),
                web.post(commands, self.upsert_command),
                web.get(commands + r"/{command_id:\d+}", self.get_command),
                web.patch(commands + r"/{command_id:\d+}", self.change_command),
                web.delete(commands + r"/{command_id:\d+}", self.delete_command),
            ]
        return routes

    async def gateway(self, request: web.Request) -> web.Response:
        answer: Payload = {"url": gateway_address(self._core.url)}
        if request.path.endswith("/bot"):
            answer["shards"] = 1
            answer["session_start_limit"] = {
                "total": 1000,
                "remaining": 999,
                "reset_after": 0,
                "max_concurrency": 1,
            }
        return json_response(answer)

    async def own_user(self, request: web.Request) -> web.Response:
        return json_response(payloads.own_user(self._core.world.bot))

    async def user(self, request: web.Request) -> web.Response:
        user = self._core.world.users.get(int(request.match_info["user_id"]))
        if user is None:
            raise errors.unknown_user()
        return json_response(payloads.user(user))

    async def open_direct_channel(self, request: web.Request) -> web.Response:
        wanted = parse(body_of(request).json, DirectChannel)
        world = self._core.world
        recipient = world.users.get(int(wanted.recipient_id))
        if recipient is None:
            raise errors.unknown_user()
        channel = world.direct_channel(recipient)
        return json_response(payloads.channel(channel, world))

    async def guild(self, request: web.Request) -> web.Response:
        guild = self._guild(int(request.match_info["guild_id"]))
        counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
        with_counts = request.query.get("with_counts") in ("1", "true")
        return json_response({**payloads.guild(guild), **(counts if with_counts else {})})

    async def application(self, request: web.Request) -> web.Response:
        world = self._core.world
        guild_count = len(world.bot_guilds())
        return json_response(application_payloads.application(world.application, guild_count))

    async def entitlements(self, request: web.Request) -> web.Response:
        return json_response([])

    async def list_commands(self, request: web.Request) -> web.Response:
        return json_response(self._core.commands.listed(self._scope(request)))

    async def replace_commands(self, request: web.Request) -> web.Response:
        bodies = parse(body_of(request).json, list[Payload])
        return json_response(self._core.commands.replace(self._scope(request), bodies))

    async def upsert_command(self, request: web.Request) -> web.Response:
        body = parse(body_of(request).json, dict[str, Any])
        return json_response(self._core.commands.upsert(self._scope(request), body), status=201)

    async def get_command(self, request: web.Request) -> web.Response:
        command = self._command(request)
        return json_response(application_payloads.command(command, self._core.world.application.id))

    async def change_command(self, request: web.Request) -> web.Response:
        changes = parse(body_of(request).json, dict[str, Any])
        return json_response(self._core.commands.change(self._command(request), changes))

    async def delete_command(self, request: web.Request) -> web.Response:
        self._core.commands.delete(self._command(request))
        return web.Response(status=204)

    def _command(self, request: web.Request) -> Command:
        command_id = int(request.match_info["command_id"])
        return self._core.commands.get(command_id, self._scope(request))

    def _scope(self, request: web.Request) -> int | None:
        """The guild whose commands are meant, None for global ones."""
        if int(request.match_info["application_id"]) != self._core.world.application.id:
            raise errors.missing_access()
        if "guild_id" not in request.match_info:
            return None
        return self._guild(int(request.match_info["guild_id"])).id

    def _guild(self, guild_id: int) -> Guild:
        """Raises 404/10004 for guilds the bot is not in."""
        guild = self._core.world.guilds.get(guild_id)
        if guild is None or guild not in self._core.world.bot_guilds():
            raise errors.unknown_guild()
        return guild
