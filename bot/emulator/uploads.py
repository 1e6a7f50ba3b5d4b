"""Reading request bodies: plain JSON, or multipart with payload_json and files[n]."""

import asyncio
import re
from typing import Any

import msgspec
from aiohttp import BodyPartReader, web

from bot.emulator.errors import known, too_large
from bot.emulator.requests import Upload
from bot.emulator.wire import decode

REQUEST_LIMIT = 25 * 1024 * 1024
"""Bytes one request may carry in all."""
_FILE_PART = re.compile(r"files\[(\d+)\]")


class Body(msgspec.Struct, frozen=True):
    """A request's JSON (None when it has none) and its files."""

    json: Any = None
    uploads: tuple[Upload, ...] = ()


_BODY = web.RequestKey("body", asyncio.Future[Body])


async def load_body(request: web.Request) -> Body:
    """Read a request's body, once however often this is called; raises as `_read` does."""
    if _BODY not in request:
        request[_BODY] = asyncio.ensure_future(_read(request))
    return await request[_BODY]


def body_of(request: web.Request) -> Body:
    """A body that was read before."""
    return request[_BODY].result()


async def _read(request: web.Request) -> Body:
    """Raises 413/40005 above the size limit, 400/50109 for what is not JSON."""
    if request.content_length is not None and request.content_length > REQUEST_LIMIT:
        raise too_large()
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    text = await request.read()
    return Body(_decode(text)) if text else Body()


async def _read_multipart(request: web.Request) -> Body:
    fields: Any = None
    uploads: list[Upload] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        match = _FILE_PART.fullmatch(part.name or "")
        if match is not None:
            uploads.append(Upload(int(match[1]), part.filename or "unknown", data))
        elif part.name == "payload_json":
            fields = _decode(data)
    return Body(fields, tuple(uploads))


def _decode(text: bytes) -> Any:
    try:
        return decode(text)
    except msgspec.DecodeError:
        raise known(50109) from None
