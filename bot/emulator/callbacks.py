"""A bot's first answer to an interaction: messages, deferrals, updates, choices and modals."""

from typing import Any

import msgspec

from bot.emulator import components, permissions
from bot.emulator.audience import Audience
from bot.emulator.command_rules import CHOICE, check_value
from bot.emulator.component_rules import check_modal
from bot.emulator.entities import Message, MessageFlag
from bot.emulator.errors import Problems, invalid
from bot.emulator.interaction import CallbackType, Interaction, InteractionType
from bot.emulator.interaction_payloads import InteractionRenderer
from bot.emulator.interactions import Interactions
from bot.emulator.mentions import PARSE_USERS
from bot.emulator.message_rules import check_flags
from bot.emulator.messaging import Messaging, Policy
from bot.emulator.permissions import Permission
from bot.emulator.rendering import Renderer
from bot.emulator.requests import Draft, MessageBody, Upload, parse
from bot.emulator.rules import check_keys
from bot.emulator.wire import Payload
from bot.emulator.world import World

_ANSWERS: dict[InteractionType, frozenset[CallbackType]] = {
    InteractionType.COMMAND: frozenset(
        {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE, CallbackType.MODAL}
    ),
    InteractionType.COMPONENT: frozenset(CallbackType) - {CallbackType.CHOICES},
    InteractionType.AUTOCOMPLETE: frozenset({CallbackType.CHOICES}),
    InteractionType.MODAL_SUBMIT: frozenset(CallbackType)
    - {CallbackType.CHOICES, CallbackType.MODAL},
}
_UPDATES = frozenset({CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE})
ANSWER_FLAGS = (
    MessageFlag.EPHEMERAL
    | MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_COMPONENTS_V2
)
EDIT_FLAGS = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.IS_COMPONENTS_V2
_MOST_CHOICES = 25


class Callback(msgspec.Struct, frozen=True):
    """The body of a callback request."""

    type: int
    data: Payload | None = None


class Callbacks:
    """Carries out first answers."""

    def __init__(
        self,
        world: World,
        interactions: Interactions,
        messaging: Messaging,
        audience: Audience,
        renderer: Renderer,
        origins: InteractionRenderer,
    ) -> None:
        self._world = world
        self._interactions = interactions
        self._messaging = messaging
        self._audience = audience
        self._renderer = renderer
        self._origins = origins

    def answer(self, interaction: Interaction, body: Any, uploads: tuple[Upload, ...]) -> Payload:
        """Answer for the first time; gives the response of `with_response=true`."""
        callback = parse(body, Callback)
        kind = _checked_type(interaction, callback.type)
        self._carry_out(interaction, kind, callback.data or {}, uploads)
        self._interactions.answered(interaction, kind)
        if kind is CallbackType.MODAL:
            self._show_modal(interaction)
        return self._response(interaction, kind)

    def _carry_out(
        self,
        interaction: Interaction,
        kind: CallbackType,
        data: Payload,
        uploads: tuple[Upload, ...],
    ) -> None:
        match kind:
            case CallbackType.MESSAGE:
                self._post(interaction, draft_of(data, uploads, at=("data",)))
            case CallbackType.DEFERRED_MESSAGE:
                self._defer(interaction, parse(data, MessageBody, ["data"]))
            case CallbackType.DEFERRED_UPDATE:
                interaction.response_id = interaction.source and interaction.source.id
            case CallbackType.UPDATE:
                self._update(interaction, draft_of(data, uploads, at=("data",)))
            case CallbackType.CHOICES:
                interaction.choices = _checked_choices(data)
            case CallbackType.MODAL:
                interaction.modal = _checked_modal(data)

    def _post(self, interaction: Interaction, draft: Draft) -> None:
        check_flags(draft.body.flags or 0, ANSWER_FLAGS)
        message = self.blank(interaction, ephemeral=is_ephemeral(draft))
        self._messaging.post(message, draft, policy_of(interaction))
        interaction.response_id = message.id

    def _defer(self, interaction: Interaction, body: MessageBody) -> None:
        check_flags(body.flags or 0, MessageFlag.EPHEMERAL)
        ephemeral = bool((body.flags or 0) & MessageFlag.EPHEMERAL)
        message = self.blank(interaction, ephemeral=ephemeral)
        message.flags |= MessageFlag.LOADING
        self._messaging.publish(message)
        interaction.response_id = message.id

    def _update(self, interaction: Interaction, draft: Draft) -> None:
        check_flags(draft.body.flags or 0, EDIT_FLAGS)
        assert interaction.source is not None
        self._messaging.edit(interaction.source, draft, policy_of(interaction))
        interaction.response_id = interaction.source.id

    def blank(
        self, interaction: Interaction, *, ephemeral: bool, reply_to: int | None = None
    ) -> Message:
        """An unpublished message by the bot that answers an interaction."""
        source = interaction.source
        ephemeral = ephemeral or self._must_be_private(interaction)
        return Message(
            id=self._world.new_id(),
            channel=interaction.channel,
            author=self._world.bot,
            type=interaction.answer_type,
            flags=MessageFlag.EPHEMERAL if ephemeral else MessageFlag.NONE,
            seen_only_by=interaction.user.id if ephemeral else None,
            reply_to=source.id if source else reply_to,
            interaction=self._origins.legacy_metadata(interaction),
            interaction_metadata=self._origins.metadata(interaction),
        )

    def _must_be_private(self, interaction: Interaction) -> bool:
        """A server may forbid its members to show what their own apps answer."""
        granted = permissions.in_channel(interaction.channel, interaction.user.id)
        external = Permission.USE_EXTERNAL_APPS in granted
        return not external and not self._world.bot_is_in(interaction.channel)

    def _show_modal(self, interaction: Interaction) -> None:
        event = {
            "type": "modal",
            "interaction_id": str(interaction.id),
            "modal": interaction.modal,
        }
        self._audience.tell([interaction.user.id], event)

    def _response(self, interaction: Interaction, kind: CallbackType) -> Payload:
        described: Payload = {"id": str(interaction.id), "type": int(interaction.type)}
        described["channel_id"] = str(interaction.channel.id)
        message = interaction.channel.messages.get(interaction.response_id or 0)
        if message is None:
            return {"interaction": described}
        described["response_message_id"] = str(message.id)
        described["response_message_loading"] = MessageFlag.LOADING in message.flags
        described["response_message_ephemeral"] = message.seen_only_by is not None
        if kind not in (CallbackType.MESSAGE, CallbackType.UPDATE):
            return {"interaction": described}
        resource = {"type": int(kind), "message": self._renderer.message(message)}
        return {"interaction": described, "resource": resource}


def draft_of(body: Any, uploads: tuple[Upload, ...], at: tuple[str, ...] = ()) -> Draft:
    """A checked message body with its files."""
    return Draft(parse(body or {}, MessageBody, at), uploads, at)


def is_ephemeral(draft: Draft) -> bool:
    return bool((draft.body.flags or 0) & MessageFlag.EPHEMERAL)


def policy_of(interaction: Interaction) -> Policy:
    return Policy(interaction.upload_limit, PARSE_USERS)


def _checked_type(interaction: Interaction, number: int) -> CallbackType:
    allowed = _ANSWERS[interaction.type]
    if interaction.source is None:
        allowed -= _UPDATES
    if number not in allowed:
        choices = ", ".join(str(int(kind)) for kind in sorted(allowed))
        message = f"Value must be one of {{{choices}}}."
        raise invalid(["type"], "BASE_TYPE_CHOICES", message)
    return CallbackType(number)


def _checked_choices(data: Payload) -> list[Payload]:
    choices: list[Payload] = data.get("choices") or []
    problems = Problems()
    if len(choices) > _MOST_CHOICES:
        message = f"Must be {_MOST_CHOICES} or fewer in length."
        problems.add(["data", "choices"], "BASE_TYPE_MAX_LENGTH", message)
    for index, choice in enumerate(choices):
        check_keys(choice, CHOICE, ["data", "choices", index], problems)
        check_value(choice, ["data", "choices", index], problems)
    problems.raise_if_any()
    return choices


def _checked_modal(data: Payload) -> Payload:
    problems = Problems()
    check_modal(data, problems)
    problems.raise_if_any()
    return {**data, "components": components.complete(data["components"])}
