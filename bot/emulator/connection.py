"""One WebSocket of the gateway: what the client says, and what its outbox holds for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiohttp import WSMsgType, web

from bot.emulator.sessions import Close, Closed, Op, Session
from bot.emulator.wire import Payload, decode, encode

if TYPE_CHECKING:
    from bot.emulator.gateway import Gateway

HEARTBEAT_INTERVAL = 41_250
"""Milliseconds between the client's heartbeats."""
_GOODBYE = 2.0
"""Seconds a client has to answer the closing of its socket."""
_LARGEST_FRAME = 64 * 1024
_IGNORED = {Op.VOICE_STATE, Op.REQUEST_MEMBERS}


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
        elif op == Op.PRESENCE:
            self._session.presence = data
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
