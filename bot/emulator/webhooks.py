"""What an interaction's token allows after the first answer: its messages, and followups."""

from bot.emulator import errors
from bot.emulator.callbacks import (
    ANSWER_FLAGS,
    EDIT_FLAGS,
    Callbacks,
    is_ephemeral,
    policy_of,
)
from bot.emulator.entities import Message, MessageFlag, MessageType
from bot.emulator.interaction import CallbackType, Interaction
from bot.emulator.message_rules import check_flags
from bot.emulator.messaging import Messaging
from bot.emulator.requests import Draft
from bot.emulator.world import World

MOST_FOLLOWUPS = 5
"""Followups for an app that only the user installed."""


class Webhooks:
    """Finds, makes, changes and deletes messages on behalf of a token."""

    def __init__(self, world: World, callbacks: Callbacks, messaging: Messaging) -> None:
        self._world = world
        self._callbacks = callbacks
        self._messaging = messaging

    def message(self, interaction: Interaction, reference: str) -> Message:
        """A message by id or "@original"; raises 404/10008 when it is not this token's."""
        message_id = interaction.response_id if reference == "@original" else int(reference)
        message = interaction.channel.messages.get(message_id or 0)
        if message is None or not _reaches(interaction, message):
            raise errors.unknown_message()
        return message

    def follow_up(self, interaction: Interaction, draft: Draft) -> Message:
        """Post one more message; right after a deferral this fills the deferred one instead."""
        check_flags(draft.body.flags or 0, ANSWER_FLAGS)
        original = interaction.channel.messages.get(interaction.response_id or 0)
        deferred = interaction.callback is CallbackType.DEFERRED_MESSAGE
        if original and deferred and MessageFlag.LOADING in original.flags:
            self._messaging.edit(original, draft, policy_of(interaction))
            return original
        self._count_followup(interaction)
        message = self._callbacks.blank(
            interaction, ephemeral=is_ephemeral(draft), reply_to=interaction.response_id
        )
        if message.reply_to is not None:
            message.type = MessageType.REPLY
        self._messaging.post(message, draft, policy_of(interaction))
        return message

    def edit(self, interaction: Interaction, message: Message, draft: Draft) -> None:
        check_flags(draft.body.flags or 0, EDIT_FLAGS)
        self._messaging.edit(message, draft, policy_of(interaction))

    def _count_followup(self, interaction: Interaction) -> None:
        interaction.followups += 1
        limited = not self._world.bot_is_in(interaction.channel)
        if limited and interaction.followups > MOST_FOLLOWUPS:
            raise errors.too_many_followups()


def _reaches(interaction: Interaction, message: Message) -> bool:
    """A token reaches messages that answer interactions, and the one it came from."""
    if message.seen_only_by not in (None, interaction.user.id):
        return False
    return message is interaction.source or message.interaction_metadata is not None
