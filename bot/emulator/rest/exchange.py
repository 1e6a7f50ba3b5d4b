"""Around every API request: its body read, its errors and headers put as Discord puts them."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.emulator.errors import DiscordError, not_found, unauthorized
from bot.emulator.uploads import Body, load_body
from bot.emulator.wire import decode, json_response

API = "/api/v10"
_WITHOUT_TOKEN = (f"{API}/interactions/", f"{API}/webhooks/")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exchange:
    """One request of the bot and the answer it got; `path` starts after the API's version."""

    method: str
    path: str
    query: dict[str, str]
    content_type: str
    body: Body
    status: int
    response: Any


Recorder = Callable[[Exchange], None]


def path_of(request: web.Request) -> str:
    """The path after the API's version."""
    return request.path.removeprefix(API)


def route_of(request: web.Request) -> str:
    """Method and path, with names instead of ids and tokens."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else request.path
    return f"{request.method} {path.removeprefix(API)}"


@web.middleware
async def let_go(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Make nothing of a client that is gone in the middle of its request."""
    try:
        return await handler(request)
    except ConnectionError:
        return web.Response()


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into Discord's JSON."""
    try:
        await load_body(request)
        return await handler(request)
    except DiscordError as error:
        return json_response(error.payload, status=error.status, headers=error.headers)
    except web.HTTPNotFound:
        return json_response(not_found().payload, status=404)
    except web.HTTPMethodNotAllowed:
        return json_response({"message": "405: Method Not Allowed", "code": 0}, status=405)
    except ConnectionError:  # for `let_go`
        raise
    except Exception:
        _log.exception("%s %s failed", request.method, request.path)
        return json_response({"message": "500: Internal Server Error", "code": 0}, status=500)


def require_token(token: str) -> Middleware:
    """A middleware that lets in the bot; interaction tokens in the path speak for themselves."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        open_to_all = request.path.startswith(_WITHOUT_TOKEN) or request.path == f"{API}/gateway"
        if not open_to_all and request.headers.get("Authorization") != f"Bot {token}":
            raise unauthorized()
        return await handler(request)

    return check


def record_with(recorder: Recorder) -> Middleware:
    """A middleware that shows every exchange to a recorder."""

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        text = response.body if isinstance(response, web.Response) else None
        recorder(
            Exchange(
                method=request.method,
                path=path_of(request),
                query=dict(request.query),
                content_type=request.content_type,
                body=await _body_if_readable(request),
                status=response.status,
                response=decode(text) if isinstance(text, bytes) and text else None,
            )
        )
        return response

    return record


async def _body_if_readable(request: web.Request) -> Body:
    try:
        return await load_body(request)
    except DiscordError:
        return Body()
