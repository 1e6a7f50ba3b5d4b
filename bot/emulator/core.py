"""The parts of the local Discord, wired together."""

import secrets
from dataclasses import dataclass

from bot.emulator.audience import Audience
from bot.emulator.callbacks import Callbacks
from bot.emulator.commands import Commands
from bot.emulator.faults import Faults
from bot.emulator.gateway import Gateway
from bot.emulator.interaction_payloads import InteractionRenderer
from bot.emulator.interactions import Interactions
from bot.emulator.messaging import Messaging
from bot.emulator.moderation import Moderation
from bot.emulator.rendering import Renderer
from bot.emulator.webhooks import Webhooks
from bot.emulator.world import World


@dataclass(frozen=True)
class Core:
    """Everything behind the routes; `url` is where the server is reached, without a final slash."""

    url: str
    token: str
    world: World
    faults: Faults
    audience: Audience
    gateway: Gateway
    renderer: Renderer
    moderation: Moderation
    messaging: Messaging
    interactions: Interactions
    callbacks: Callbacks
    webhooks: Webhooks
    commands: Commands


def build_core(world: World, faults: Faults, token: str, url: str) -> Core:
    audience = Audience()

    def tell_status(online: bool) -> None:
        audience.tell_all({"type": "bot_status", "online": online})

    gateway = Gateway(world, faults, token, gateway_address(url), tell_status)
    renderer = Renderer(world, url, secrets.token_bytes(16))
    moderation = Moderation(world, gateway, audience, faults)
    messaging = Messaging(world, gateway, audience, renderer, moderation)
    origins = InteractionRenderer(world, renderer)
    interactions = Interactions(world, gateway, audience, origins)
    callbacks = Callbacks(world, interactions, messaging, audience, renderer, origins)
    return Core(
        url=url,
        token=token,
        world=world,
        faults=faults,
        audience=audience,
        gateway=gateway,
        renderer=renderer,
        moderation=moderation,
        messaging=messaging,
        interactions=interactions,
        callbacks=callbacks,
        webhooks=Webhooks(world, callbacks, messaging),
        commands=Commands(world, audience),
    )


def gateway_address(url: str) -> str:
    """The WebSocket address of the gateway of a server at `url`."""
    return url.replace("http", "ws", 1) + "/gateway/"
