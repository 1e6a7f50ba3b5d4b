"""Uploaded files by their signed links, with byte ranges so that a video can seek."""

import hmac

from aiohttp import web

from bot.emulator.core import Core
from bot.emulator.entities import Attachment


class Cdn:
    """Serves attachments."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def table(self) -> list[web.RouteDef]:
        return [web.get(r"/attachments/{channel_id:\d+}/{attachment_id:\d+}/{filename}", self.get)]

    async def get(self, request: web.Request) -> web.Response:
        attachment = self._core.world.attachments.get(int(request.match_info["attachment_id"]))
        if attachment is None or not self._is_signed(request, attachment):
            return web.Response(status=404, text="This content is no longer available.")
        try:
            part = request.http_range
        except ValueError:
            return _unsatisfiable(attachment)
        return _answer(attachment, part)

    def _is_signed(self, request: web.Request, attachment: Attachment) -> bool:
        """Links carry their expiry in hexadecimal seconds, and a signature over it."""
        try:
            expires = int(request.query.get("ex", ""), 16)
        except ValueError:
            return False
        expected = self._core.renderer.signature(attachment.id, expires)
        genuine = hmac.compare_digest(request.query.get("hm", ""), expected)
        return genuine and self._core.world.now() < expires


def _answer(attachment: Attachment, part: slice) -> web.Response:
    total = len(attachment.data)
    if part.start is None and part.stop is None:
        return web.Response(body=attachment.data, headers=_headers(attachment))
    start, stop, _ = part.indices(total)
    if start >= stop:
        return _unsatisfiable(attachment)
    headers = {**_headers(attachment), "Content-Range": f"bytes {start}-{stop - 1}/{total}"}
    return web.Response(status=206, body=attachment.data[start:stop], headers=headers)


def _unsatisfiable(attachment: Attachment) -> web.Response:
    return web.Response(status=416, headers={"Content-Range": f"bytes */{len(attachment.data)}"})


def _headers(attachment: Attachment) -> dict[str, str]:
    return {
        "Content-Type": attachment.content_type,
        "Content-Disposition": "inline",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
    }
