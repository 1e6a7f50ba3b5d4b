"""JSON on the wire, exactly as Discord sends it: ids as strings, no charset in the content type."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec
from aiohttp import web

Payload: TypeAlias = dict[str, Any]
"""A JSON object as it crosses the wire."""


def encode(payload: Any) -> bytes:
    return msgspec.json.encode(payload)


def decode(text: str | bytes) -> Any:
    """Raises `msgspec.DecodeError` for what is not JSON."""
    return msgspec.json.decode(text)


def json_response(
    payload: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    # aiohttp's own json_response adds a charset, on which discord.py takes the body for text
    return web.Response(
        body=encode(payload), status=status, headers=headers, content_type="application/json"
    )


def timestamp(moment: float | None) -> str | None:
    """Unix seconds as ISO 8601."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()
