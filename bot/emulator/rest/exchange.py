"""Around every API request: its body read, its errors and headers put as Discord puts them."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.emulator.errors import DiscordError, not_found, unauthorized
from bot.emulator.uploads import Body, read_body
from bot.emulator.wire import decode, json_response

API = "/api/v10"
_log = logging.getLogger(__name__)
_BODY = web.RequestKey("body", Body)
_BUCKET_SIZE = 1000


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


def body_of(request: web.Request) -> Body:
    """What the middleware read of this request."""
    return request[_BODY]


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into Discord's JSON."""
    try:
        request[_BODY] = await read_body(request)
        return await handler(request)
    except DiscordError as error:
        return json_response(error.payload, status=error.status)
    except web.HTTPNotFound:
        return json_response(not_found().payload, status=404)
    except web.HTTPMethodNotAllowed:
        return json_response({"message": "405: Method Not Allowed", "code": 0}, status=405)
    except Exception:
        _log.exception("%s %s failed", request.method, request.path)
        return json_response({"message": "500: Internal Server Error", "code": 0}, status=500)


def require_token(token: str) -> Middleware:
    """A middleware that lets in the bot; interaction tokens in the path speak for themselves."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        open_to_all = request.path.startswith((f"{API}/interactions/", f"{API}/webhooks/"))
        if not open_to_all and request.headers.get("Authorization") != f"Bot {token}":
            raise unauthorized()
        return await handler(request)

    return check


@web.middleware
async def tell_limits(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Rate limit headers of a bucket that never empties."""
    response = await handler(request)
    resource = request.match_info.route.resource
    bucket = f"{request.method} {resource.canonical if resource else request.path}"
    response.headers.update(
        {
            "X-RateLimit-Limit": str(_BUCKET_SIZE),
            "X-RateLimit-Remaining": str(_BUCKET_SIZE - 1),
            "X-RateLimit-Reset-After": "1.000",
            "X-RateLimit-Bucket": hashlib.sha256(bucket.encode()).hexdigest()[:32],
            "Via": "1.1 emulator",
        }
    )
    return response


def record_with(recorder: Recorder) -> Middleware:
    """A middleware that shows every exchange to a recorder."""

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        text = response.body if isinstance(response, web.Response) else None
        recorder(
            Exchange(
                method=request.method,
                path=request.path.removeprefix(API),
                query=dict(request.query),
                content_type=request.content_type,
                body=request.get(_BODY, Body()),
                status=response.status,
                response=decode(text) if isinstance(text, bytes) and text else None,
            )
        )
        return response

    return record
