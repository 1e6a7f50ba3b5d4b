"""The gateway: sessions over WebSockets, heartbeats, resuming with replay, events."""

import asyncio
from collections.abc import Callable

import msgspec
from aiohttp import WSMsgType, web

from bot.emulator import payloads
from bot.emulator.faults import Faults
from bot.emulator.sessions import Close, Closed, Intent, Op, Session
from bot.emulator.wire import Payload, decode, encode
from bot.emulator.world import World

HEARTBEAT_INTERVAL = 41_250
"""Milliseconds between the client's heartbeats."""
_GOODBYE = 2.0
"""Seconds a client has to answer the closing of its socket."""
_LARGEST_FRAME = 64 * 1024
_PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
_ALL_INTENTS = (1 << 26) - 1
_IGNORED = {Op.PRESENCE, Op.VOICE_STATE, Op.REQUEST_MEMBERS}


class Gateway:
    """All sessions, and the sockets they are on."""

    def __init__(
        self,
        world: World,
        faults: Faults,
        token: str,
        address: str,
        on_status: Callable[[bool], None],
    ) -> None:
        self._world = world
        self._faults = faults
        self._token = token
        self._address = address
        self._on_status = on_status
        self.accepts_connections = True
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        self._was_online = False

    @property
    def online(self) -> bool:
        return any(session.outbox is not None for session in self._sessions.values())

    def dispatch(
        self,
        event: str,
        data: Payload,
        *,
        guild_id: int | None,
        needs: Intent = Intent.NONE,
    ) -> None:
        """Tell every session of the guild's shard that asked for this kind of event."""
        for _ in range(self._faults.copies_of(event)):
            for session in self._sessions.values():
                if session.covers(guild_id) and needs in session.intents:
                    session.dispatch(event, data)

    async def drop(self, code: int = Close.UNKNOWN_ERROR) -> None:
        """Close every socket; with a code other than 1000 and 1001 the sessions can be resumed."""
        self._faults.note("gateway dropped", code)
        await self.close(code)

    async def close(self, code: int) -> None:
        await asyncio.gather(*(connection.close(code) for connection in set(self._connections)))

    def break_off(self) -> None:
        """Break every connection without a word, as a network does; sessions can be resumed."""
        self._faults.note("gateway broken off")
        for connection in self._connections:
            connection.break_off()

    def ask_to_reconnect(self) -> None:
        self._faults.note("gateway asked to reconnect")
        for connection in self._connections:
            connection.send(Op.RECONNECT, None)

    def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Tell the clients that their sessions do not go on; unless resumable, forget them."""
        self._faults.note("gateway sessions invalidated", f"resumable={resumable}")
        if not resumable:
            self._sessions.clear()
        for connection in self._connections:
            connection.send(Op.INVALID_SESSION, resumable)

    def hold_events(self) -> None:
        """Keep events from the connected clients, until `release_events` or until they resume."""
        self._faults.note("gateway events held")
        for session in self._sessions.values():
            session.held = True

    def release_events(self) -> None:
        for session in self._sessions.values():
            session.release()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if not self.accepts_connections:
            return web.Response(status=503)
        connection = Connection(self)
        self._connections.add(connection)
        try:
            return await connection.run(request)
        finally:
            self._connections.discard(connection)
            self._tell_status()

    def identify(self, data: Payload, outbox: asyncio.Queue[Payload]) -> Session:
        """Open a session and queue READY and the guilds; raises for a bad token or intents."""
        self._check_token(data)
        shard, shard_count = data.get("shard") or (0, 1)
        if not 0 <= shard < shard_count:
            raise Closed(Close.INVALID_SHARD, "Invalid shard.")
        session = Session(self._checked_intents(data.get("intents", 0)), shard, shard_count)
        session.outbox = outbox
        self._sessions[session.id] = session
        guilds = [g for g in self._world.bot_guilds() if session.covers(g.id)]
        session.dispatch("READY", self._ready(session, [str(guild.id) for guild in guilds]))
        if Intent.GUILDS in session.intents:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", payloads.created_guild(guild, self._world))
        self._tell_status()
        return session

    def resume(self, data: Payload, outbox: asyncio.Queue[Payload]) -> Session | None:
        """Take up a session and queue what it missed; None when it cannot be resumed."""
        self._check_token(data)
        session = self._sessions.get(str(data.get("session_id")))
        if session is None or not session.resume(outbox, int(data.get("seq") or 0)):
            return None
        session.dispatch("RESUMED", {})
        self._tell_status()
        return session

    def end(self, session: Session, *, for_good: bool) -> None:
        session.outbox = None
        if for_good:
            self._sessions.pop(session.id, None)

    def _tell_status(self) -> None:
        if self.online != self._was_online:
            self._was_online = self.online
            self._on_status(self.online)

    def _check_token(self, data: Payload) -> None:
        if data.get("token") not in (self._token, f"Bot {self._token}"):
            raise Closed(Close.AUTHENTICATION_FAILED, "Authentication failed.")

    def _checked_intents(self, value: int) -> Intent:
        if not 0 <= value <= _ALL_INTENTS:
            raise Closed(Close.INVALID_INTENTS, "Invalid intent(s).")
        if value & _PRIVILEGED & ~self._world.application.privileged_intents:
            raise Closed(Close.DISALLOWED_INTENTS, "Disallowed intent(s).")
        return Intent(value)

    def _ready(self, session: Session, guild_ids: list[str]) -> Payload:
        application = self._world.application
        return {
            "v": 10,
            "user": payloads.own_user(application.bot),
            "guilds": [{"id": guild_id, "unavailable": True} for guild_id in guild_ids],
            "session_id": session.id,
            "session_type": "normal",
            # without this a client would resume at the real Discord, token and all
            "resume_gateway_url": self._address,
            "shard": [session.shard, session.shard_count],
            "application": {"id": str(application.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
        }


class Connection:
    """One WebSocket: reads what the client says, writes what its outbox holds."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._socket = web.WebSocketResponse(timeout=_GOODBYE, max_msg_size=_LARGEST_FRAME)
        self._outbox: asyncio.Queue[Payload] = asyncio.Queue()
        self._session: Session | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._dropped = False

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        await self._socket.prepare(request)
        assert isinstance(request.transport, asyncio.WriteTransport | None)
        self._transport = request.transport
        self.send(Op.HELLO, {"heartbeat_interval": HEARTBEAT_INTERVAL})
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        except Closed as closed:
            await self._socket.close(code=closed.code, message=closed.reason.encode())
        finally:
            writer.cancel()
            if self._session is not None and self._session.outbox is self._outbox:
                # a client echoes 1000 when it is the server that closes
                said_goodbye = self._socket.close_code in (1000, 1001) and not self._dropped
                self._gateway.end(self._session, for_good=said_goodbye)
        return self._socket

    def send(self, op: Op, data: object) -> None:
        self._outbox.put_nowait({"op": op, "t": None, "s": None, "d": data})

    async def close(self, code: int) -> None:
        self._dropped = code not in (1000, 1001)
        await self._socket.close(code=code)

    def break_off(self) -> None:
        self._dropped = True
        if self._transport is not None:
            self._transport.abort()

    async def _write(self) -> None:
        while True:
            frame = await self._outbox.get()
            try:
                await self._socket.send_str(encode(frame).decode())
            except ConnectionError:
                return

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                self._receive(message.data)

    def _receive(self, text: str) -> None:
        try:
            frame: Payload = decode(text)
            op, data = frame["op"], frame.get("d")
        except (msgspec.DecodeError, KeyError, TypeError):
            raise Closed(Close.DECODE_ERROR, "Error while decoding payload.") from None
        if op == Op.HEARTBEAT:
            # discord.py notes the time after sending; an answer any sooner reads as 41 s late
            asyncio.get_running_loop().call_later(0.05, self.send, Op.HEARTBEAT_ACK, None)
        elif op in (Op.IDENTIFY, Op.RESUME):
            self._authenticate(op, data or {})
        elif self._session is None:
            raise Closed(Close.NOT_AUTHENTICATED, "Not authenticated.")
        elif op not in _IGNORED:
            raise Closed(Close.UNKNOWN_OPCODE, "Unknown opcode.")

    def _authenticate(self, op: int, data: Payload) -> None:
        if self._session is not None:
            raise Closed(Close.ALREADY_AUTHENTICATED, "Already authenticated.")
        if op == Op.IDENTIFY:
            self._session = self._gateway.identify(data, self._outbox)
            return
        self._session = self._gateway.resume(data, self._outbox)
        if self._session is None:
            self.send(Op.INVALID_SESSION, False)
