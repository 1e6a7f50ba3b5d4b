"""The human API: what the chat page and the tests call instead of having a Discord client."""

import asyncio

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler
from yarl import URL

from bot.emulator import application_payloads, payloads, permissions
from bot.emulator.command_rules import LOCALES
from bot.emulator.core import Core
from bot.emulator.entities import Channel, Message, User
from bot.emulator.errors import DiscordError
from bot.emulator.human.acts import Acts
from bot.emulator.human.refusal import Refusal, refuse
from bot.emulator.human.requests import (
    CommandUse,
    ComponentUse,
    Deletion,
    ModalSubmission,
    NewLocale,
    NewMessage,
    Reaction,
    read,
)
from bot.emulator.interaction import Interaction
from bot.emulator.mentions import PARSE_ALL
from bot.emulator.messaging import Policy
from bot.emulator.permissions import Permission
from bot.emulator.requests import Draft, MessageBody, Upload
from bot.emulator.wire import Payload, encode, json_response

_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class HumanRoutes:
    """Handlers under /human."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._acts = Acts(core)
        self._sockets: set[web.WebSocketResponse] = set()

    def table(self) -> list[web.RouteDef]:
        return [
            web.get("/human/state", _refusing(self.state)),
            web.get(r"/human/channels/{channel_id:\d+}/messages", _refusing(self.messages)),
            web.get("/human/events", _refusing(self.events)),
            web.post("/human/messages", _refusing(self.say)),
            web.post("/human/messages/delete", _refusing(self.delete)),
            web.post("/human/messages/react", _refusing(self.react)),
            web.post("/human/locale", _refusing(self.set_locale)),
            web.post("/human/interactions/command", _refusing(self.use_command)),
            web.post("/human/interactions/autocomplete", _refusing(self.ask_choices)),
            web.post("/human/interactions/component", _refusing(self.use_component)),
            web.post("/human/interactions/modal", _refusing(self.submit_modal)),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """With ?user_id=U only what that user sees."""
        world = self._core.world
        user_id = request.query.get("user_id")
        viewer = self._acts.user(user_id) if user_id is not None else None
        guild = next(iter(world.guilds.values()))
        return json_response(
            {
                "guild": {
                    "id": str(guild.id),
                    "name": guild.name,
                    "roles": [{"id": str(r.id), "name": r.name} for r in guild.roles.values()],
                },
                "channels": [self._channel(c) for c in self._channels(viewer)],
                "users": [self._user(user) for user in world.humans()],
                "bot": payloads.user(world.bot),
                "bot_online": self._core.gateway.online,
                "commands": self._commands(viewer),
                "locales": sorted(LOCALES),
            }
        )

    async def messages(self, request: web.Request) -> web.Response:
        user = self._acts.user(request.query.get("user_id", ""))
        channel = self._acts.channel(request.match_info["channel_id"], user)
        visible = [m for m in channel.history() if self._core.world.can_see(user.id, m)]
        return json_response([self._core.renderer.message(message) for message in visible])

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        user = self._acts.user(request.query.get("user_id", ""))
        socket = web.WebSocketResponse(heartbeat=30, timeout=2)
        await socket.prepare(request)
        with self._core.audience.subscribe(user.id) as queue:
            await socket.send_str(encode({"type": "hello"}).decode())
            writer = asyncio.create_task(_forward(queue, socket))
            self._sockets.add(socket)
            try:
                async for message in socket:
                    if message.type is WSMsgType.ERROR:
                        break
            finally:
                writer.cancel()
                self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        await asyncio.gather(*(socket.close() for socket in set(self._sockets)))

    async def say(self, request: web.Request) -> web.Response:
        said = read(await request.read(), NewMessage)
        user = self._acts.user(said.user_id)
        channel = self._acts.channel(said.channel_id, user)
        if permissions.to_write(channel) not in permissions.in_channel(channel, user.id):
            raise refuse(403, "You do not have permission to send messages in this channel.")
        message = Message(self._core.world.new_id(), channel, user)
        files = enumerate(said.attachments)
        uploads = tuple(Upload(index, file.filename, file.data()) for index, file in files)
        draft = Draft(MessageBody(content=said.content), uploads)
        self._core.messaging.post(message, draft, Policy(user.upload_limit, PARSE_ALL))
        return json_response(self._core.renderer.message(message))

    async def delete(self, request: web.Request) -> web.Response:
        self._acts.delete(read(await request.read(), Deletion))
        return json_response({})

    async def react(self, request: web.Request) -> web.Response:
        self._acts.react(read(await request.read(), Reaction))
        return json_response({})

    async def set_locale(self, request: web.Request) -> web.Response:
        self._acts.set_locale(read(await request.read(), NewLocale))
        return json_response({})

    async def use_command(self, request: web.Request) -> web.Response:
        return _started(self._acts.use_command(read(await request.read(), CommandUse)))

    async def ask_choices(self, request: web.Request) -> web.Response:
        """Waits for the bot's choices; none when it does not answer in time."""
        interaction = self._acts.ask_choices(read(await request.read(), CommandUse))
        await interaction.settled.wait()
        return json_response({"choices": interaction.choices})

    async def use_component(self, request: web.Request) -> web.Response:
        return _started(self._acts.use_component(read(await request.read(), ComponentUse)))

    async def submit_modal(self, request: web.Request) -> web.Response:
        return _started(self._acts.submit_modal(read(await request.read(), ModalSubmission)))

    def _channels(self, viewer: User | None) -> list[Channel]:
        channels = self._core.world.channels.values()
        return [c for c in channels if viewer is None or self._core.world.can_view(viewer.id, c)]

    def _commands(self, viewer: User | None) -> list[Payload]:
        if viewer is not None:
            return self._core.commands.offered(viewer.id)
        application = self._core.world.application
        return [
            application_payloads.command(c, application.id) for c in application.commands.values()
        ]

    def _channel(self, channel: Channel) -> Payload:
        return {
            "id": str(channel.id),
            "name": channel.name,
            "type": int(channel.type),
            "topic": channel.topic,
            "parent_id": str(channel.parent.id) if channel.parent else None,
            "recipient_ids": [str(user_id) for user_id in channel.recipient_ids],
        }

    def _user(self, user: User) -> Payload:
        guild = next(iter(self._core.world.guilds.values()))
        member = guild.members.get(user.id)
        roles = sorted(member.role_ids) if member is not None else []
        granted = permissions.in_guild(guild, user.id)
        return {
            **payloads.user(user),
            "avatar_color": user.avatar_color,
            "locale": user.locale,
            "roles": [{"id": str(role), "name": guild.roles[role].name} for role in roles],
            "manage_guild": Permission.MANAGE_GUILD in granted,
        }


def _refusing(handler: Handler) -> Handler:
    """Answer refusals, Discord's own ones included, in the human API's shape."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            _check_is_local(request)
            return await handler(request)
        except Refusal as refusal:
            return json_response(refusal.payload, status=refusal.status)
        except DiscordError as error:
            refusal = refuse(error.status, str(error))
            return json_response(refusal.payload, status=error.status)

    return handle


def _check_is_local(request: web.Request) -> None:
    """Pages of other sites must not act through the browser, not even by a rebound name."""
    origin = request.headers.get("Origin")
    hosts = [request.url.host, *([URL(origin).host] if origin is not None else [])]
    if not _LOCAL_NAMES.issuperset(hosts):
        raise refuse(403, "Only pages of this computer may do that.")


def _started(interaction: Interaction) -> web.Response:
    return json_response({"interaction_id": str(interaction.id)})


async def _forward(queue: asyncio.Queue[Payload], socket: web.WebSocketResponse) -> None:
    while True:
        event = await queue.get()
        try:
            await socket.send_str(encode(event).decode())
        except ConnectionError:
            return
