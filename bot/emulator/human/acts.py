"""What people do becomes interactions, as their Discord client would make them."""

from typing import Any

from bot.emulator import components, permissions
from bot.emulator.command_rules import LOCALES
from bot.emulator.components import SELECTS, ComponentType
from bot.emulator.core import Core
from bot.emulator.entities import Channel, Command, Message, User
from bot.emulator.human import invocation
from bot.emulator.human.invocation import checked_options, leaves
from bot.emulator.human.modals import choice_fault, filled_in
from bot.emulator.human.refusal import refuse
from bot.emulator.human.requests import (
    CommandUse,
    ComponentUse,
    Deletion,
    ModalSubmission,
    NewFile,
    NewLocale,
    Reaction,
)
from bot.emulator.human.resolving import Resolver, merged
from bot.emulator.interaction import Interaction, InteractionType
from bot.emulator.permissions import Permission
from bot.emulator.requests import Upload
from bot.emulator.wire import Payload

_ON_USER, _ON_MESSAGE = 2, 3


class Acts:
    """Starts interactions; raises `Refusal` for what a client would not send."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._world = core.world

    def user(self, user_id: str) -> User:
        user = self._world.users.get(_number(user_id))
        if user is None or user.bot:
            raise refuse(404, "There is no such user.")
        return user

    def channel(self, channel_id: str, user: User) -> Channel:
        channel = self._world.channels.get(_number(channel_id))
        if channel is None or not self._world.can_view(user.id, channel):
            raise refuse(404, "There is no such channel.")
        return channel

    def delete(self, deletion: Deletion) -> None:
        """Delete one's own message or, as a moderator, anybody's that all can see."""
        user = self.user(deletion.user_id)
        message = self._message(deletion.message_id, user)
        granted = permissions.in_channel(message.channel, user.id)
        moderates = Permission.MANAGE_MESSAGES in granted and message.seen_only_by is None
        if message.author is not user and not moderates:
            raise refuse(403, "You do not have permission to delete this message.")
        self._core.messaging.delete(message)
        if message.author is not user:
            self._core.faults.note("message deleted", message.channel.name)

    def react(self, reaction: Reaction) -> None:
        """Add one's reaction to a message, or take it back; who is the first needs a permission."""
        user = self.user(reaction.user_id)
        message = self._message(reaction.message_id, user)
        users = message.reactions.get(reaction.emoji, [])
        granted = permissions.in_channel(message.channel, user.id)
        if message.seen_only_by is not None or (
            not users and Permission.ADD_REACTIONS not in granted
        ):
            raise refuse(403, "You do not have permission to react to this message.")
        if user in users:
            self._core.messaging.unreact(message, reaction.emoji, user)
        else:
            self._core.messaging.react(message, reaction.emoji, user)

    def set_locale(self, chosen: NewLocale) -> None:
        user = self.user(chosen.user_id)
        if chosen.locale not in LOCALES:
            raise refuse(400, f"Discord does not speak {chosen.locale!r}.")
        user.locale = chosen.locale

    def use_command(self, use: CommandUse) -> Interaction:
        user = self.user(use.user_id)
        channel = self.channel(use.channel_id, user)
        command = self._command(use, user, channel)
        if command.type in (_ON_USER, _ON_MESSAGE):
            data = self._targeted(command, use, self._resolver(channel, user))
        else:
            data = self._typed(command, use, channel, user)
        return self._core.interactions.start(InteractionType.COMMAND, user, channel, data)

    def ask_choices(self, use: CommandUse) -> Interaction:
        """Start an autocomplete; one option must be focused."""
        user = self.user(use.user_id)
        channel = self.channel(use.channel_id, user)
        command = self._command(use, user, channel)
        options = checked_options(command.body, use.options, partial=True)
        if not any(option.get("focused") for option in leaves(options)):
            raise refuse(400, "No option is focused.")
        data = {**_described(command), "options": options}
        return self._core.interactions.start(InteractionType.AUTOCOMPLETE, user, channel, data)

    def use_component(self, use: ComponentUse) -> Interaction:
        user = self.user(use.user_id)
        message = self._message(use.message_id, user)
        component = components.find(message.components, use.custom_id)
        if component is None:
            raise refuse(404, "That message has no such component.")
        if component.get("disabled"):
            raise refuse(409, "That component is disabled.")
        data: Payload = {
            "custom_id": use.custom_id,
            "component_type": component["type"],
            "id": component["id"],
        }
        if component["type"] in SELECTS:
            fault = choice_fault(component, use.values)
            if fault is not None:
                raise refuse(400, fault)
            data["values"] = use.values
            resolved = merged([self._resolver(message.channel, user).picked(data)])
            if resolved:  # discord.py takes the key alone to mean a menu of users or channels
                data["resolved"] = resolved
        return self._core.interactions.start(
            InteractionType.COMPONENT, user, message.channel, data, source=message
        )

    def submit_modal(self, submission: ModalSubmission) -> Interaction:
        user = self.user(submission.user_id)
        opener = self._core.interactions.get(_number(submission.modal_interaction_id))
        if opener is None or opener.modal is None or opener.user is not user:
            raise refuse(404, "There is no such modal to submit.")
        if opener.modal["custom_id"] != submission.custom_id:
            raise refuse(404, "That modal has another custom id.")
        rows = filled_in(opener.modal["components"], submission.components)
        self._name_files(rows, self._stored(opener.channel, submission.attachments))
        resolver = self._resolver(opener.channel, user)
        resolved = merged(resolver.picked(component) for _, component in components.walk(rows))
        data: Payload = {"custom_id": submission.custom_id, "components": rows}
        if resolved:
            data["resolved"] = resolved
        opener.modal = None
        return self._core.interactions.start(
            InteractionType.MODAL_SUBMIT,
            user,
            opener.channel,
            data,
            source=opener.source,
            opener=opener,
        )

    def _command(self, use: CommandUse, user: User, channel: Channel) -> Command:
        """The command by that name, a guild's own before a global one."""
        everything = self._world.application.commands.values()
        named = [command for command in everything if command.name == use.name]
        if not named:
            raise refuse(404, f"There is no command {use.name!r}.")
        usable = [c for c in named if self._core.commands.may_use(user.id, c, channel)]
        if not usable:
            raise refuse(403, "You do not have permission to use this command here.")
        return max(usable, key=lambda command: command.guild_id is not None)

    def _typed(self, command: Command, use: CommandUse, channel: Channel, user: User) -> Payload:
        options = checked_options(command.body, use.options)
        self._name_option_files(options, self._stored(channel, use.attachments))
        resolver = self._resolver(channel, user)
        resolved = merged(resolver.named(option) for option in leaves(options))
        data = _described(command)
        if options:
            data["options"] = options
        if resolved:
            data["resolved"] = resolved
        return data

    def _targeted(self, command: Command, use: CommandUse, resolver: Resolver) -> Payload:
        """A context menu command on a message or a user."""
        if use.target_id is None:
            raise refuse(400, "This command needs a target.")
        of_user = command.type == _ON_USER
        resolved = resolver.users([use.target_id]) if of_user else resolver.message(use.target_id)
        return {
            **_described(command),
            "target_id": use.target_id,
            "resolved": merged([resolved]),
        }

    def _message(self, message_id: str, user: User) -> Message:
        message = self._world.find_message(_number(message_id))
        if message is None or not self._world.can_see(user.id, message):
            raise refuse(404, "That message is not there.")
        return message

    def _resolver(self, channel: Channel, user: User) -> Resolver:
        return Resolver(self._world, self._core.renderer, channel, user.id)

    def _stored(self, channel: Channel, files: list[NewFile]) -> dict[str, str]:
        """Keep uploaded files; gives the attachment id for each file's own id."""
        stored: dict[str, str] = {}
        for index, file in enumerate(files):
            upload = Upload(index, file.filename, file.data())
            attachment = self._core.messaging.keep_file(channel, upload)
            stored[file.id] = str(attachment.id)
        return stored

    def _name_option_files(self, options: list[Payload], stored: dict[str, str]) -> None:
        for option in leaves(options):
            if option["type"] == invocation.ATTACHMENT:
                option["value"] = _stored_id(stored, option["value"], option["name"])

    def _name_files(self, rows: list[Payload], stored: dict[str, str]) -> None:
        for _, row in components.walk(rows):
            if row["type"] == ComponentType.FILE_UPLOAD:
                row["values"] = [
                    _stored_id(stored, value, row["custom_id"]) for value in row["values"]
                ]


def _described(command: Command) -> Payload:
    data: Payload = {"id": str(command.id), "name": command.name, "type": command.type}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    return data


def _stored_id(stored: dict[str, str], file_id: Any, option: str) -> str:
    if file_id not in stored:
        raise refuse(400, "That file was not uploaded.", option)
    return stored[file_id]


def _number(snowflake: str) -> int:
    return int(snowflake) if snowflake.isdecimal() else 0
