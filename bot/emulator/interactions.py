"""Interactions: made by people, sent to the bot, kept while their tokens live."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import IntEnum

from bot.emulator import errors, payloads, permissions
from bot.emulator.audience import Audience
from bot.emulator.gateway import Gateway
from bot.emulator.permissions import Permission
from bot.emulator.rendering import Renderer
from bot.emulator.wire import Payload
from bot.emulator.world import Channel, Message, MessageType, User, World

ANSWER_WITHIN = 3.0
"""Seconds in which the first answer must come."""
TOKEN_LIFE = 15 * 60.0
"""Seconds for which an interaction's token works."""


class InteractionType(IntEnum):
    """What somebody did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(IntEnum):
    """How a bot may answer first."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False)
class Interaction:
    """One act of one user, and what became of it.

    `source` is the message whose component was used; `opener` is the interaction that opened a
    submitted modal; `response_id` is the message that "@original" stands for.
    """

    id: int
    type: InteractionType
    user: User
    channel: Channel
    data: Payload
    created_at: float
    source: Message | None = None
    opener: Interaction | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    callback: CallbackType | None = None
    response_id: int | None = None
    modal: Payload | None = None
    failed: bool = False
    followups: int = 0
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    choices: list[Payload] = field(default_factory=list[Payload])

    @property
    def command_name(self) -> str | None:
        """The full name of the command behind this, subcommands included."""
        if self.opener is not None:
            return self.opener.command_name
        if self.type is not InteractionType.COMMAND:
            return None
        names, options = [self.data["name"]], self.data.get("options", [])
        while options and options[0]["type"] in (1, 2):
            names.append(options[0]["name"])
            options = options[0].get("options", [])
        return " ".join(names)

    @property
    def answer_type(self) -> MessageType:
        """The type of a message that answers this."""
        if self.source is not None:
            return MessageType.REPLY
        command = self.data if self.opener is None else self.opener.data
        typed = command.get("type", 1) == 1
        return MessageType.CHAT_INPUT_COMMAND if typed else MessageType.CONTEXT_MENU_COMMAND

    @property
    def upload_limit(self) -> int:
        guild = self.channel.guild
        return max(self.user.upload_limit, guild.upload_limit if guild else 0)


class Interactions:
    """The living interactions, and the clocks that run on them."""

    def __init__(
        self, world: World, gateway: Gateway, audience: Audience, renderer: Renderer
    ) -> None:
        self._world = world
        self._gateway = gateway
        self._audience = audience
        self._renderer = renderer
        self._living: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def start(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        data: Payload,
        *,
        source: Message | None = None,
        opener: Interaction | None = None,
    ) -> Interaction:
        """Send the bot an interaction and start its three seconds."""
        self._forget_expired()
        interaction = Interaction(
            self._world.new_id(), kind, user, channel, data, self._world.now(), source, opener
        )
        self._living[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        guild = channel.guild
        event = self._event(interaction)
        self._gateway.dispatch("INTERACTION_CREATE", event, guild_id=guild and guild.id)
        loop = asyncio.get_running_loop()
        loop.call_later(ANSWER_WITHIN, self._fail_unless_answered, interaction)
        return interaction

    def get(self, interaction_id: int) -> Interaction | None:
        return self._living.get(interaction_id)

    def awaiting_answer(self, interaction_id: int, token: str) -> Interaction:
        """Raises 404/10062 when unknown or too late, 400/40060 when already answered."""
        interaction = self._living.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise errors.unknown_interaction()
        if interaction.callback is not None:
            raise errors.already_acknowledged()
        if interaction.failed or self._age(interaction) > ANSWER_WITHIN:
            self._fail_unless_answered(interaction)
            raise errors.unknown_interaction()
        return interaction

    def with_token(self, application_id: int, token: str) -> Interaction:
        """Raises 401/50027 when the token is dead, 404/10015 before the first answer."""
        if application_id != self._world.application.id:
            raise errors.unknown_webhook()
        interaction = self._by_token.get(token)
        if interaction is None or self._age(interaction) > TOKEN_LIFE:
            raise errors.invalid_token()
        if interaction.callback is None:
            raise errors.unknown_webhook()
        return interaction

    def answered(self, interaction: Interaction, callback: CallbackType) -> None:
        """Note the first answer and tell whoever triggered the interaction."""
        interaction.callback = callback
        interaction.settled.set()
        if callback is CallbackType.CHOICES:
            return
        message = interaction.channel.messages.get(interaction.response_id or 0)
        event: Payload = {
            "type": "interaction_answered",
            "interaction_id": str(interaction.id),
            "callback_type": int(callback),
            "message_id": None if message is None else str(message.id),
            "ephemeral": message is not None and message.seen_only_by is not None,
        }
        self._audience.tell([interaction.user.id], event)

    def _fail_unless_answered(self, interaction: Interaction) -> None:
        if interaction.callback is not None or interaction.failed:
            return
        interaction.failed = True
        interaction.settled.set()
        if interaction.type is not InteractionType.AUTOCOMPLETE:
            event = {
                "type": "interaction_failed",
                "interaction_id": str(interaction.id),
                "reason": "The application did not respond",
            }
            self._audience.tell([interaction.user.id], event)

    def _age(self, interaction: Interaction) -> float:
        return self._world.now() - interaction.created_at

    def _forget_expired(self) -> None:
        while self._living:
            oldest = next(iter(self._living.values()))
            if self._age(oldest) <= TOKEN_LIFE:
                return
            del self._living[oldest.id], self._by_token[oldest.token]

    def _event(self, interaction: Interaction) -> Payload:
        """INTERACTION_CREATE, with everything discord.py needs to take it without an error."""
        channel, user = interaction.channel, interaction.user
        event: Payload = {
            "id": str(interaction.id),
            "application_id": str(self._world.application.id),
            "type": int(interaction.type),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": payloads.channel_for(channel, self._world, user.id),
            "app_permissions": str(int(self._app_permissions(interaction))),
            "attachment_size_limit": interaction.upload_limit,
            "authorizing_integration_owners": self.integration_owners(interaction),
            "context": 0 if channel.guild else 1,
            "entitlements": [],
            "locale": payloads.LOCALE,
        }
        if interaction.source is not None:
            event["message"] = self._renderer.message(interaction.source)
        return {**event, **self._whose(interaction)}

    def _whose(self, interaction: Interaction) -> Payload:
        guild, user = interaction.channel.guild, interaction.user
        if guild is None:
            return {"user": payloads.user(user)}
        return {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": payloads.LOCALE, "features": []},
            "guild_locale": payloads.LOCALE,
            "member": payloads.member_in(interaction.channel, guild.members[user.id]),
        }

    def _app_permissions(self, interaction: Interaction) -> Permission:
        if self.installed_by_user_only(interaction):
            return permissions.USER_INSTALLED
        return permissions.in_channel(interaction.channel, self._world.bot.id)

    def installed_by_user_only(self, interaction: Interaction) -> bool:
        """Whether the bot itself is not where this happened, only the user's installation."""
        guild = interaction.channel.guild
        return guild is not None and self._world.bot.id not in guild.members

    def must_be_private(self, interaction: Interaction) -> bool:
        """A server may forbid its members to show what their own apps answer."""
        granted = permissions.in_channel(interaction.channel, interaction.user.id)
        external = Permission.USE_EXTERNAL_APPS in granted
        return self.installed_by_user_only(interaction) and not external

    def integration_owners(self, interaction: Interaction) -> Payload:
        """Who installed the app here: the guild when the bot is in it, else the user."""
        guild = interaction.channel.guild
        if self.installed_by_user_only(interaction):
            return {"1": str(interaction.user.id)}
        return {"0": str(guild.id if guild is not None else 0)}

    def metadata(self, interaction: Interaction) -> Payload:
        """What a message says of the interaction it answers."""
        metadata: Payload = {
            "id": str(interaction.id),
            "type": int(interaction.type),
            "user": payloads.user(interaction.user),
            "authorizing_integration_owners": self.integration_owners(interaction),
        }
        if interaction.type is InteractionType.COMMAND:
            metadata["name"] = interaction.command_name
        elif interaction.type is InteractionType.COMPONENT and interaction.source is not None:
            metadata["interacted_message_id"] = str(interaction.source.id)
        elif interaction.opener is not None:
            metadata["triggering_interaction_metadata"] = self.metadata(interaction.opener)
        return metadata

    def legacy_metadata(self, interaction: Interaction) -> Payload | None:
        """The older form of the same, only on messages that answer a command."""
        if interaction.source is not None:
            return None
        return {
            "id": str(interaction.id),
            "type": int(interaction.type),
            "name": interaction.command_name,
            "user": payloads.user(interaction.user),
        }
