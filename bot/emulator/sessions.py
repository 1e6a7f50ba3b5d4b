"""The gateway's vocabulary, and what it remembers of one client."""

import asyncio
import secrets
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from bot.emulator.wire import Payload

SESSION_LIFE = 300.0
"""Seconds for which a client that is gone may come back to its session."""
REPLAY_LIMIT = 5_000
"""Events a session keeps for a client that resumes."""


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    """Close codes; after 4004 and 4010-4014 a client must not come back by itself."""

    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SHARD = 4010
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Intent(IntFlag):
    """The intents that events here depend on."""

    NONE = 0
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15


@dataclass(eq=False)
class Session:
    """One identified client; outlives its sockets until they close with 1000 or 1001.

    While `held`, events are kept from a client that is connected, too.
    """

    intents: Intent
    shard: int = 0
    shard_count: int = 1
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    presence: Payload | None = None
    """What the client said last that people shall see of it."""
    outbox: asyncio.Queue[Payload] | None = None
    held: bool = False
    left_at: float | None = None
    _told: int = 0
    _sent: deque[Payload] = field(default_factory=lambda: deque[Payload](maxlen=REPLAY_LIMIT))

    def dispatch(self, event: str, data: Payload) -> None:
        """Send an event, or keep it for a client that comes back."""
        self.sequence += 1
        frame: Payload = {"op": Op.DISPATCH, "t": event, "s": self.sequence, "d": data}
        self._sent.append(frame)
        if not self.held:
            self._tell(frame)

    def release(self) -> None:
        """Send what was held, in order."""
        self.held = False
        for frame in list(self._sent):
            if frame["s"] > self._told:
                self._tell(frame)

    def resume(self, outbox: asyncio.Queue[Payload], sequence: int) -> bool:
        """Go on at a new socket with the events after `sequence`; False when some are lost."""
        missed = [frame for frame in self._sent if frame["s"] > sequence]
        if len(missed) != self.sequence - sequence:
            return False
        self.outbox, self.held, self.left_at = outbox, False, None
        for frame in missed:
            self._tell(frame)
        return True

    def _tell(self, frame: Payload) -> None:
        if self.outbox is not None:
            self.outbox.put_nowait(frame)
            self._told = frame["s"]

    def covers(self, guild_id: int | None) -> bool:
        """Whether this shard gets a guild's events; direct messages go to the first shard."""
        return (((guild_id or 0) >> 22) % self.shard_count) == self.shard


class Closed(Exception):
    """The connection must be closed with this code."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
