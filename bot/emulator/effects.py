"""What can go wrong with one request: by Discord, by Cloudflare before it, by the network.

An effect has the shape of a middleware: it gets the request and what would answer it.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.emulator.errors import DiscordError
from bot.emulator.wire import json_response

Effect: TypeAlias = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

THROUGH_CLOUDFLARE = {"Via": "1.1 emulator"}
"""On every answer that is Discord's; discord.py takes a 429 without it for a ban of the address."""
_PAGE = "<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def refusal(error: DiscordError, *, via: bool = True) -> Effect:
    """The API says no; `via=False` leaves out that it was the API."""

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = {**error.headers, **(THROUGH_CLOUDFLARE if via else {})}
        return json_response(error.payload, status=error.status, headers=headers)

    return refuse


def banned(retry_after: float = 60.0) -> Effect:
    """Cloudflare's answer to an address that asked too much: 429, a page, no Via."""
    return page(429, "Access denied", {"Retry-After": str(round(retry_after))})


def unavailable(status: int = 502) -> Effect:
    """5xx with a page, as from the servers in front of the API."""
    return page(status, "Temporarily unavailable")


def page(status: int, title: str, headers: Mapping[str, str] = THROUGH_CLOUDFLARE) -> Effect:
    """A web page where JSON is expected."""

    async def show(request: web.Request, handler: Handler) -> web.StreamResponse:
        text = _PAGE.format(title=title)
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    return show


def slow(seconds: float) -> Effect:
    """Handled, but only after a while, even when the client has given up by then."""

    async def wait(request: web.Request, handler: Handler) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await handler(request)

    return wait


def afterwards(effect: Effect) -> Effect:
    """Handle the request first, then let this happen to its answer.

    The worst there is: `afterwards(reset)` leaves a message that its sender knows nothing of.
    """

    async def handle_first(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)

        async def answered(_: web.Request) -> web.StreamResponse:
            return response

        return await effect(request, answered)

    return handle_first


async def reset(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The connection breaks, maybe in the middle of an upload: ECONNRESET for the client."""
    transport = _transport(request)
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
    return web.Response()


async def hang_up(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The connection ends in good order, but without an answer."""
    await request.read()
    _transport(request).close()
    return web.Response()


async def silence(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No answer, until the client gives up or the emulator ends."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets that event")


async def cut_short(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Handled, but the connection ends in the middle of the answer."""
    whole = await handler(request)
    assert isinstance(whole, web.Response)
    assert isinstance(whole.body, bytes), "only an answer with a body can be cut"
    part = web.StreamResponse(status=whole.status, headers=whole.headers)
    part.content_length = len(whole.body)
    await part.prepare(request)
    await part.write(whole.body[: len(whole.body) // 2])
    _transport(request).close()
    return part


class Hold:
    """An effect that keeps requests until `release`, so that a test can act in between."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self._released = asyncio.Event()

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.arrived.set()
        await self._released.wait()
        return await handler(request)

    def release(self) -> None:
        """Let go what is held, and what is still to come."""
        self._released.set()


def _transport(request: web.Request) -> asyncio.Transport:
    """Raises ConnectionResetError when the client is gone."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client is gone")
    assert isinstance(transport, asyncio.Transport)
    return transport
