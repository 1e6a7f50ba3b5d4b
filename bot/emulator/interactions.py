"""The interactions whose tokens live, and the clocks that run on them."""

from bot.emulator import errors
from bot.emulator.audience import Audience
from bot.emulator.entities import Channel, Message, User
from bot.emulator.gateway import Gateway
from bot.emulator.interaction import CallbackType, Interaction, InteractionType
from bot.emulator.interaction_payloads import InteractionRenderer
from bot.emulator.wire import Payload
from bot.emulator.world import World

ANSWER_WITHIN = 3.0
"""Seconds in which the first answer must come."""
TOKEN_LIFE = 15 * 60.0
"""Seconds for which an interaction's token works."""


class Interactions:
    """The living interactions, and the clocks that run on them."""

    def __init__(
        self, world: World, gateway: Gateway, audience: Audience, renderer: InteractionRenderer
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
        event = self._renderer.event(interaction)
        self._gateway.dispatch("INTERACTION_CREATE", event, guild_id=guild and guild.id)
        self._world.clock.call_later(ANSWER_WITHIN, self._fail_unless_answered, interaction)
        return interaction

    def get(self, interaction_id: int) -> Interaction | None:
        return self._living.get(interaction_id)

    def awaiting_answer(self, interaction_id: int, token: str) -> Interaction:
        """Raises 404/10062 when unknown or too late, 400/40060 when already answered.

        404/10003 when the channel is gone, here and in `with_token`.
        """
        interaction = self._living.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise errors.unknown_interaction()
        self._check_place(interaction)
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
        self._check_place(interaction)
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

    def _check_place(self, interaction: Interaction) -> None:
        if interaction.channel.id not in self._world.channels:
            raise errors.unknown_channel()

    def _age(self, interaction: Interaction) -> float:
        return self._world.now() - interaction.created_at

    def _forget_expired(self) -> None:
        while self._living:
            oldest = next(iter(self._living.values()))
            if self._age(oldest) <= TOKEN_LIFE:
                return
            del self._living[oldest.id], self._by_token[oldest.token]
