"""Routes about channels and the messages in them, with the bot's permissions checked."""

import msgspec
from aiohttp import web

from bot.emulator import errors, payloads, permissions
from bot.emulator.callbacks import EDIT_FLAGS, draft_of
from bot.emulator.core import Core
from bot.emulator.entities import (
    MEBIBYTE,
    Channel,
    ChannelType,
    Message,
    MessageFlag,
    MessageType,
)
from bot.emulator.mentions import PARSE_ALL
from bot.emulator.message_rules import check_flags
from bot.emulator.messaging import Policy
from bot.emulator.permissions import Permission
from bot.emulator.requests import Draft, MessageReference, NewThread, ThreadChanges, parse
from bot.emulator.rest.limits import Window
from bot.emulator.rest.paging import page_of
from bot.emulator.rules import is_emoji
from bot.emulator.snowflakes import created_at
from bot.emulator.uploads import body_of
from bot.emulator.wire import Payload, json_response

_NEW_FLAGS = EDIT_FLAGS | MessageFlag.SUPPRESS_NOTIFICATIONS
_WITH_THREADS = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT})
"""Where messages can begin them; in a forum, posts are threads of their own."""
_OLD = 3600.0
_EDITS_OF_OLD = (3, 6.0)


class ChannelRoutes:
    """Handlers under /channels."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._edits_of_old: dict[int, Window] = {}

    def table(self) -> list[web.RouteDef]:
        messages = r"/channels/{channel_id:\d+}/messages"
        return [
            web.get(r"/channels/{channel_id:\d+}", self.get_channel),
            web.patch(r"/channels/{channel_id:\d+}", self.change_thread),
            web.post(r"/channels/{channel_id:\d+}/typing", self.typing),
            web.get(messages, self.history),
            web.post(messages, self.create),
            web.get(messages + r"/{message_id:\d+}", self.get_message),
            web.patch(messages + r"/{message_id:\d+}", self.edit),
            web.delete(messages + r"/{message_id:\d+}", self.delete),
            web.post(messages + r"/{message_id:\d+}/threads", self.begin_thread),
            web.put(messages + r"/{message_id:\d+}/reactions/{emoji}/@me", self.react),
            web.delete(messages + r"/{message_id:\d+}/reactions/{emoji}/@me", self.unreact),
        ]

    async def get_channel(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        return json_response(payloads.channel(channel, self._core.world))

    async def change_thread(self, request: web.Request) -> web.Response:
        """Bring an archived thread back; nothing else of a channel is a bot's to change here."""
        thread = self._channel(request)
        reopens = parse(body_of(request).json, ThreadChanges).archived is False
        if thread.parent is None or not reopens:
            raise errors.missing_permissions()
        self._require(
            thread, Permission.MANAGE_THREADS if thread.locked else permissions.to_write(thread)
        )
        if thread.archived:
            self._core.moderation.unarchive(thread)
        return json_response(payloads.channel(thread, self._core.world))

    async def typing(self, request: web.Request) -> web.Response:
        channel = self._writable(request)
        world = self._core.world
        watchers = [u.id for u in world.humans() if world.can_view(u.id, channel)]
        event = {"channel_id": str(channel.id), "user_id": str(world.bot.id)}
        self._core.audience.tell(watchers, {"type": "typing", **event})
        return web.Response(status=204)

    async def history(self, request: web.Request) -> web.Response:
        """Newest first, without ephemeral messages; none for who may not read the history."""
        channel = self._channel(request)
        granted = permissions.in_channel(channel, self._core.world.bot.id)
        if Permission.READ_MESSAGE_HISTORY not in granted:
            return json_response([])
        everything = [m for m in channel.history() if m.seen_only_by is None]
        page = page_of(request, everything)
        return json_response([self._rendered(message) for message in reversed(page)])

    async def create(self, request: web.Request) -> web.Response:
        channel = self._writable(request)
        body = body_of(request)
        draft = draft_of(body.json, body.uploads)
        check_flags(draft.body.flags or 0, _NEW_FLAGS)
        if draft.uploads:
            self._require(channel, Permission.ATTACH_FILES)
        draft = self._with_granted_embeds(channel, draft)
        self._check_reachable(channel)
        message = self._sent_before(draft) or self._post(channel, draft)
        nonce = {} if message.nonce is None else {"nonce": message.nonce}
        return json_response({**self._rendered(message), **nonce})

    def _with_granted_embeds(self, channel: Channel, draft: Draft) -> Draft:
        """Without the permission they are left out, or nothing is sent where that is nothing."""
        granted = permissions.in_channel(channel, self._core.world.bot.id)
        if not draft.body.embeds or Permission.EMBED_LINKS in granted:
            return draft
        if not draft.body.content and not draft.uploads:
            raise errors.missing_permissions()
        body = msgspec.structs.replace(draft.body, embeds=[])
        return msgspec.structs.replace(draft, body=body)

    def _post(self, channel: Channel, draft: Draft) -> Message:
        message = Message(self._core.world.new_id(), channel, self._core.world.bot)
        message.nonce = draft.body.nonce
        reference = draft.body.message_reference
        if reference is not None and self._replies_to(channel, reference):
            message.type = MessageType.REPLY
            message.reply_to = int(reference.message_id)
        self._core.messaging.post(message, draft, self._policy(channel))
        return message

    def _replies_to(self, channel: Channel, reference: MessageReference) -> bool:
        """Whether there is such a message; raises 50035 when there must be."""
        self._require(channel, Permission.READ_MESSAGE_HISTORY, errors.no_history())
        replied = channel.messages.get(int(reference.message_id))
        if replied is not None and replied.seen_only_by is None:
            return True
        if reference.fail_if_not_exists:
            path = ["message_reference"]
            raise errors.invalid(path, "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        return False

    def _sent_before(self, draft: Draft) -> Message | None:
        nonce = draft.body.nonce
        if nonce is None or not draft.body.enforce_nonce:
            return None
        return self._core.messaging.already_sent(self._core.world.bot, nonce)

    async def get_message(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permission.READ_MESSAGE_HISTORY)
        return json_response(self._rendered(self._message(request, channel)))

    async def edit(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        message = self._message(request, channel)
        if message.author is not self._core.world.bot:
            raise errors.foreign_message()
        body = body_of(request)
        draft = draft_of(body.json, body.uploads)
        check_flags(draft.body.flags or 0, EDIT_FLAGS)
        self._count_if_old(message)
        self._core.messaging.edit(message, draft, self._policy(channel))
        return json_response(self._rendered(message))

    def _count_if_old(self, message: Message) -> None:
        """Raises 429/30046 for too many edits of messages from more than an hour ago."""
        now = self._core.world.now()
        if now - created_at(message.id) <= _OLD:
            return
        edits = self._edits_of_old.setdefault(message.channel.id, Window(*_EDITS_OF_OLD))
        if not edits.take(now):
            raise errors.known(30046, retry_after=edits.ends_at - now)

    async def delete(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        message = self._message(request, channel)
        if message.author is not self._core.world.bot:
            self._require(channel, Permission.MANAGE_MESSAGES)
        self._core.messaging.delete(message)
        return web.Response(status=204)

    async def react(self, request: web.Request) -> web.Response:
        """React with an emoji of Unicode; the first with it needs a permission for that."""
        channel = self._channel(request, Permission.READ_MESSAGE_HISTORY)
        message, emoji = self._message(request, channel), request.match_info["emoji"]
        if not is_emoji(emoji):
            raise errors.known(10014)
        if emoji not in message.reactions:
            self._require(channel, Permission.ADD_REACTIONS)
        self._core.messaging.react(message, emoji, self._core.world.bot)
        return web.Response(status=204)

    async def unreact(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        message, emoji = self._message(request, channel), request.match_info["emoji"]
        self._core.messaging.unreact(message, emoji, self._core.world.bot)
        return web.Response(status=204)

    async def begin_thread(self, request: web.Request) -> web.Response:
        """Begin a public thread at a message of a guild's channel, which has one at most."""
        channel = self._channel(request, Permission.CREATE_PUBLIC_THREADS)
        body = parse(body_of(request).json, NewThread)
        if channel.type not in _WITH_THREADS:
            raise errors.known(50024)
        message = self._message(request, channel)
        if MessageFlag.HAS_THREAD in message.flags:
            raise errors.known(160004)
        core = self._core
        thread = core.moderation.create_thread(
            channel, body.name, starter=message, owner=core.world.bot
        )
        thread.slow_mode = body.rate_limit_per_user or 0
        message.flags |= MessageFlag.HAS_THREAD
        return json_response(payloads.channel(thread, core.world), status=201)

    def _rendered(self, message: Message) -> Payload:
        return self._core.renderer.for_bot(message)

    def _writable(self, request: web.Request) -> Channel:
        channel = self._channel(request)
        self._require(channel, permissions.to_write(channel))
        if channel.type is ChannelType.GUILD_FORUM:
            raise errors.known(50008)
        return channel

    def _channel(
        self, request: web.Request, needed: Permission = Permission.VIEW_CHANNEL
    ) -> Channel:
        """Raises 10003, 403/50001 when the bot cannot see it, 403/50013 when it may not do that."""
        channel = self._core.world.channels.get(int(request.match_info["channel_id"]))
        if channel is None:
            raise errors.unknown_channel()
        seen = Permission.VIEW_CHANNEL
        if channel.type in (ChannelType.GUILD_VOICE, ChannelType.GUILD_STAGE_VOICE):
            seen |= Permission.CONNECT
        self._require(channel, seen, errors.missing_access())
        self._require(channel, needed)
        return channel

    def _require(
        self, channel: Channel, needed: Permission, otherwise: errors.DiscordError | None = None
    ) -> None:
        if needed not in permissions.in_channel(channel, self._core.world.bot.id):
            raise otherwise or errors.missing_permissions()

    def _message(self, request: web.Request, channel: Channel) -> Message:
        """Ephemeral messages do not exist for this route; raises 404/10008."""
        message = channel.messages.get(int(request.match_info["message_id"]))
        if message is None or message.seen_only_by is not None:
            raise errors.unknown_message()
        return message

    def _check_reachable(self, channel: Channel) -> None:
        world = self._core.world
        others = [world.users[other] for other in channel.recipient_ids - {world.bot.id}]
        if not all(map(world.can_reach, others)):
            raise errors.known(50278)
        if not all(user.accepts_direct_messages for user in others):
            raise errors.cannot_message_user()

    def _policy(self, channel: Channel) -> Policy:
        limit = channel.guild.upload_limit if channel.guild else 10 * MEBIBYTE
        return Policy(limit, PARSE_ALL)
