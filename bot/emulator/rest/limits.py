"""Rate limits: headers on every answer, and 429 where a bucket is empty and limits are kept."""

import hashlib
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.emulator.clock import Clock
from bot.emulator.effects import THROUGH_CLOUDFLARE
from bot.emulator.errors import DiscordError, rate_limited
from bot.emulator.rest.exchange import path_of, route_of
from bot.emulator.wire import json_response

_MESSAGES = "/channels/{channel_id}/messages"
_BUCKETS = {
    f"POST {_MESSAGES}": (5, 5.0),
    f"PATCH {_MESSAGES}/{{message_id}}": (5, 5.0),
    f"DELETE {_MESSAGES}/{{message_id}}": (5, 1.0),
}
"""Uses and seconds; Discord documents no numbers, these are what bots have seen."""
_TOKEN_BUCKET = (5, 2.0)
_BOTTOMLESS = (1_000_000, 1.0)
_GLOBAL = (50, 1.0)
_EXEMPT = ("/interactions/", "/webhooks/")


@dataclass
class Window:
    """Counts uses up to a limit; when its seconds are over, all of them are forgotten at once."""

    limit: int
    seconds: float
    used: int = 0
    ends_at: float = 0.0

    def take(self, now: float) -> bool:
        """Use it once, if there is a use left."""
        if now >= self.ends_at:
            self.used, self.ends_at = 0, now + self.seconds
        if self.used >= self.limit:
            return False
        self.used += 1
        return True


class RateLimits:
    """The buckets of the bot; unless `kept`, they are bottomless."""

    def __init__(self, clock: Clock, *, kept: bool) -> None:
        self._clock = clock
        self._kept = kept
        self._global = Window(*_GLOBAL)
        self._windows: dict[str, Window] = {}

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        window, refusal = self._take(request)
        if refusal is not None:
            response = json_response(
                refusal.payload, status=refusal.status, headers=refusal.headers
            )
        else:
            response = await handler(request)
        response.headers.update(self._described(window, route_of(request)))
        return response

    def _take(self, request: web.Request) -> tuple[Window, DiscordError | None]:
        now, window = self._clock.now(), self._window(request)
        exempt = path_of(request).startswith(_EXEMPT)
        if self._kept and not exempt and not self._global.take(now):
            return window, rate_limited(self._global.ends_at - now, is_global=True)
        if not window.take(now) and self._kept:
            return window, rate_limited(window.ends_at - now)
        return window, None

    def _window(self, request: web.Request) -> Window:
        """The bucket of a route and of the channel or the token that it is about."""
        route = route_of(request)
        size, about = _BOTTOMLESS, ""
        if self._kept and route in _BUCKETS:
            size, about = _BUCKETS[route], request.match_info["channel_id"]
        elif self._kept and "token" in request.match_info and "/webhooks/" in route:
            size, route, about = _TOKEN_BUCKET, "", request.match_info["token"]
        return self._windows.setdefault(f"{route} {about}", Window(*size))

    def _described(self, window: Window, route: str) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.limit - window.used),
            "X-RateLimit-Reset": f"{window.ends_at:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, window.ends_at - self._clock.now()):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
            **THROUGH_CLOUDFLARE,
        }
