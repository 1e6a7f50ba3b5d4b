"""The registry of application commands: global ones and a guild's own, and who may use them."""

from bot.emulator import application_payloads, errors, permissions
from bot.emulator.audience import Audience
from bot.emulator.command_rules import check_commands
from bot.emulator.entities import Channel, Command, Context, Guild
from bot.emulator.permissions import Permission
from bot.emulator.wire import Payload
from bot.emulator.world import World


class Commands:
    """Registers commands and tells the people about them."""

    def __init__(self, world: World, audience: Audience) -> None:
        self._world = world
        self._audience = audience

    def listed(self, guild_id: int | None) -> list[Payload]:
        application = self._world.application
        return [
            application_payloads.command(c, application.id)
            for c in application.commands_in(guild_id)
        ]

    def get(self, command_id: int, guild_id: int | None) -> Command:
        """Raises 404/10063."""
        command = self._world.application.commands.get(command_id)
        if command is None or command.guild_id != guild_id:
            raise errors.unknown_command()
        return command

    def replace(self, guild_id: int | None, bodies: list[Payload]) -> list[Payload]:
        """Make these all the commands there are; same name and type keep their id."""
        check_commands(bodies)
        self._check_unique(bodies)
        known = self._world.application.commands
        before = {(c.name, c.type): c for c in self._world.application.commands_in(guild_id)}
        for command in before.values():
            del known[command.id]
        for body in bodies:
            command = self._updated(before.get((body["name"], body.get("type", 1))), guild_id, body)
            known[command.id] = command
        self._tell()
        return self.listed(guild_id)

    def upsert(self, guild_id: int | None, body: Payload) -> Payload:
        check_commands([body])
        existing = self._world.application.commands_in(guild_id)
        key = (body["name"], body.get("type", 1))
        before = next((c for c in existing if (c.name, c.type) == key), None)
        return self._put(self._updated(before, guild_id, body))

    def change(self, command: Command, changes: Payload) -> Payload:
        body = {**command.body, **changes}
        check_commands([body])
        return self._put(self._updated(command, command.guild_id, body))

    def delete(self, command: Command) -> None:
        del self._world.application.commands[command.id]
        self._tell()

    def offered(self, user_id: int) -> list[Payload]:
        """The commands a user can use in any channel they see."""
        channels = [c for c in self._world.channels.values() if self._world.can_view(user_id, c)]
        application = self._world.application
        return [
            application_payloads.command(command, application.id)
            for command in application.commands.values()
            if any(self.may_use(user_id, command, channel) for channel in channels)
        ]

    def may_use(self, user_id: int, command: Command, channel: Channel) -> bool:
        guild = channel.guild
        if not self._is_for(command, channel) or not self._is_installed(command, channel, user_id):
            return False
        granted = permissions.in_channel(channel, user_id)
        if Permission.USE_APPLICATION_COMMANDS not in granted:
            return False
        return guild is None or _has_default(command, guild, user_id)

    def _is_for(self, command: Command, channel: Channel) -> bool:
        """Whether a command was registered for this guild, or for this kind of conversation."""
        guild = channel.guild
        if command.guild_id is not None and (guild is None or command.guild_id != guild.id):
            return False
        contexts: list[int] | None = command.body.get("contexts")
        if contexts is None:  # what `dm_permission` said before there were contexts
            in_servers_only = command.body.get("dm_permission") is False
            contexts = [Context.GUILD] if in_servers_only else list(Context)
        return self._world.context_of(channel) in contexts

    def _is_installed(self, command: Command, channel: Channel, user_id: int) -> bool:
        """Where the bot is not a member, only commands for users' own installations show."""
        by_user = command.is_for_users and self._world.users[user_id].has_installed
        return self._world.bot_is_in(channel) or by_user

    def _put(self, command: Command) -> Payload:
        self._world.application.commands[command.id] = command
        self._tell()
        return application_payloads.command(command, self._world.application.id)

    def _updated(self, before: Command | None, guild_id: int | None, body: Payload) -> Command:
        if before is not None and before.body == body:
            return before
        command_id = before.id if before is not None else self._world.new_id()
        return Command(command_id, guild_id, self._world.new_id(), body)

    def _check_unique(self, bodies: list[Payload]) -> None:
        problems = errors.Problems()
        seen: set[tuple[str, int]] = set()
        for index, body in enumerate(bodies):
            key = (body["name"], body.get("type", 1))
            if key in seen:
                code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
                problems.add([index], code, "Application command names must be unique")
            seen.add(key)
        problems.raise_if_any()

    def _tell(self) -> None:
        for user in self._world.humans():
            event = {"type": "commands_update", "commands": self.offered(user.id)}
            self._audience.tell([user.id], event)


def _has_default(command: Command, guild: Guild, user_id: int) -> bool:
    """Whether a member has the permissions that the command asks of them; "0" is nobody's."""
    needed = command.body.get("default_member_permissions")
    if needed is None:
        return True
    granted = permissions.in_guild(guild, user_id)
    if granted == permissions.ALL:
        return True
    return int(needed) != 0 and int(needed) & ~int(granted) == 0
