"""Routes that an interaction's own token opens: the first answer, its message, followups."""

from aiohttp import web

from bot.emulator.callbacks import draft_of
from bot.emulator.core import Core
from bot.emulator.interaction import Interaction
from bot.emulator.requests import Draft
from bot.emulator.uploads import body_of
from bot.emulator.wire import json_response


class InteractionRoutes:
    """Handlers under /interactions and /webhooks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def table(self) -> list[web.RouteDef]:
        webhook = r"/webhooks/{application_id:\d+}/{token}"
        message = webhook + r"/messages/{message_id:\d+|@original}"
        return [
            web.post(r"/interactions/{interaction_id:\d+}/{token}/callback", self.answer),
            web.post(webhook, self.follow_up),
            web.get(message, self.get),
            web.patch(message, self.edit),
            web.delete(message, self.delete),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        interaction = self._core.interactions.awaiting_answer(
            int(request.match_info["interaction_id"]), request.match_info["token"]
        )
        body = body_of(request)
        response = self._core.callbacks.answer(interaction, body.json, body.uploads)
        if request.query.get("with_response", "0").lower() in ("1", "true"):
            return json_response(response)
        return web.Response(status=204)

    async def follow_up(self, request: web.Request) -> web.Response:
        message = self._core.webhooks.follow_up(self._interaction(request), _draft(request))
        return json_response(self._core.renderer.message(message))

    async def get(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        message = self._core.webhooks.message(interaction, request.match_info["message_id"])
        return json_response(self._core.renderer.message(message))

    async def edit(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        message = self._core.webhooks.message(interaction, request.match_info["message_id"])
        self._core.webhooks.edit(interaction, message, _draft(request))
        return json_response(self._core.renderer.message(message))

    async def delete(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        message = self._core.webhooks.message(interaction, request.match_info["message_id"])
        self._core.messaging.delete(message)
        return web.Response(status=204)

    def _interaction(self, request: web.Request) -> Interaction:
        application_id = int(request.match_info["application_id"])
        return self._core.interactions.with_token(application_id, request.match_info["token"])


def _draft(request: web.Request) -> Draft:
    body = body_of(request)
    return draft_of(body.json, body.uploads)
