"""The gateway: sessions over WebSockets, heartbeats, resuming with replay, events."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.emulator import payloads
from bot.emulator.connection import Connection
from bot.emulator.entities import Guild
from bot.emulator.faults import Faults
from bot.emulator.sessions import SESSION_LIFE, Close, Closed, Intent, Op, Session
from bot.emulator.wire import Payload
from bot.emulator.world import World

_PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
_ALL_INTENTS = (1 << 26) - 1


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

    @property
    def activities(self) -> list[str]:
        """What stands below the bot's name, as its clients said."""
        return [
            activity.get("state") or activity["name"]
            for session in self._sessions.values()
            if session.presence is not None
            for activity in session.presence["activities"]
        ]

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

    def lose_guild(self, guild: Guild) -> None:
        """An outage on Discord's side: the bot is still a member, but has to do without."""
        self._faults.note("guild unavailable", guild.name)
        gone = {"id": str(guild.id), "unavailable": True}
        self.dispatch("GUILD_DELETE", gone, guild_id=guild.id, needs=Intent.GUILDS)

    def restore_guild(self, guild: Guild) -> None:
        created = payloads.created_guild(guild, self._world)
        self.dispatch("GUILD_CREATE", created, guild_id=guild.id, needs=Intent.GUILDS)

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
            self._faults.note("gateway refused a connection")
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
        self._forget_old_sessions()
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
        self._forget_old_sessions()
        session = self._sessions.get(str(data.get("session_id")))
        if session is None or not session.resume(outbox, int(data.get("seq") or 0)):
            return None
        session.dispatch("RESUMED", {})
        self._tell_status()
        return session

    def end(self, session: Session, *, for_good: bool) -> None:
        session.outbox, session.left_at = None, self._world.now()
        if for_good:
            self._sessions.pop(session.id, None)

    def _forget_old_sessions(self) -> None:
        forgotten = self._world.now() - SESSION_LIFE
        for session in list(self._sessions.values()):
            if session.left_at is not None and session.left_at < forgotten:
                del self._sessions[session.id]

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
