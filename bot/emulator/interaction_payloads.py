"""Interactions as Discord's JSON: the event a bot gets, and what a message says of its origin."""

from bot.emulator import payloads, permissions
from bot.emulator.interaction import Interaction, InteractionType
from bot.emulator.permissions import Permission
from bot.emulator.rendering import Renderer
from bot.emulator.wire import Payload
from bot.emulator.world import World


class InteractionRenderer:
    """Renders interactions and answers where their app is installed."""

    def __init__(self, world: World, messages: Renderer) -> None:
        self._world = world
        self._messages = messages

    def event(self, interaction: Interaction) -> Payload:
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
            "authorizing_integration_owners": self._integration_owners(interaction),
            "context": int(self._world.context_of(channel)),
            "entitlements": [],
            "locale": user.locale,
        }
        if interaction.source is not None:
            event["message"] = self._messages.message(interaction.source)
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
        if not self._world.bot_is_in(interaction.channel):
            return permissions.USER_INSTALLED
        return permissions.in_channel(interaction.channel, self._world.bot.id)

    def _integration_owners(self, interaction: Interaction) -> Payload:
        """Whose installations allow this: the guild's (0), the user's (1), or both.

        What is done to an answer stays with the installations of who asked for it.
        """
        if interaction.source is not None and interaction.source.interaction_metadata is not None:
            return interaction.source.interaction_metadata["authorizing_integration_owners"]
        owners: Payload = {}
        guild = interaction.channel.guild
        if self._world.bot_is_in(interaction.channel):
            owners["0"] = str(guild.id if guild is not None else 0)
        if self._is_users_own(interaction):
            owners["1"] = str(interaction.user.id)
        return owners

    def _is_users_own(self, interaction: Interaction) -> bool:
        """Whether the command was used as one of an app that its user installed."""
        used = interaction.opener or interaction
        command = self._world.application.commands.get(int(used.data.get("id", 0)))
        return command is not None and command.is_for_users and used.user.has_installed

    def metadata(self, interaction: Interaction) -> Payload:
        """What a message says of the interaction it answers."""
        metadata: Payload = {
            "id": str(interaction.id),
            "type": int(interaction.type),
            "user": payloads.user(interaction.user),
            "authorizing_integration_owners": self._integration_owners(interaction),
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
