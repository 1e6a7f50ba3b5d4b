"""The "resolved" part of an interaction: the objects whose ids its options and values name."""

from collections.abc import Iterable

from bot.emulator import payloads
from bot.emulator.components import ComponentType
from bot.emulator.entities import Channel
from bot.emulator.human import invocation
from bot.emulator.human.refusal import refuse
from bot.emulator.rendering import Renderer
from bot.emulator.wire import Payload
from bot.emulator.world import World

_BY_OPTION: dict[int, str] = {
    invocation.USER: "users",
    invocation.CHANNEL: "channels",
    invocation.ROLE: "roles",
    invocation.MENTIONABLE: "mentionables",
    invocation.ATTACHMENT: "attachments",
}
_BY_COMPONENT: dict[int, str] = {
    ComponentType.USER_SELECT: "users",
    ComponentType.ROLE_SELECT: "roles",
    ComponentType.MENTIONABLE_SELECT: "mentionables",
    ComponentType.CHANNEL_SELECT: "channels",
    ComponentType.FILE_UPLOAD: "attachments",
}


class Resolver:
    """Looks ids up for an interaction in one channel."""

    def __init__(self, world: World, renderer: Renderer, channel: Channel, user_id: int) -> None:
        self._world = world
        self._renderer = renderer
        self._channel = channel
        self._user_id = user_id

    def named(self, option: Payload) -> Payload:
        """What a command's option names."""
        return self._found(_BY_OPTION.get(option["type"]), [str(option["value"])])

    def picked(self, component: Payload) -> Payload:
        """What somebody picked from a select menu or uploaded."""
        kind: int = component.get("component_type") or component["type"]
        return self._found(_BY_COMPONENT.get(kind), component.get("values") or [])

    def _found(self, kind: str | None, ids: list[str]) -> Payload:
        match kind:
            case "users":
                return self.users(ids)
            case "roles":
                return self.roles(ids)
            case "mentionables":
                return {**self.users(ids), **self.roles(ids)}
            case "channels":
                return self.channels(ids)
            case "attachments":
                return self.attachments(ids)
            case _:
                return {}

    def users(self, ids: Iterable[str]) -> Payload:
        """Users, with their memberships when in a guild."""
        guild = self._channel.guild
        found = {user_id: self._world.users.get(_number(user_id)) for user_id in ids}
        users = {key: user for key, user in found.items() if user is not None}
        members = guild.members if guild is not None else {}
        return {
            "users": {key: payloads.user(user) for key, user in users.items()},
            "members": {
                key: _partial_member(payloads.member_in(self._channel, members[user.id]))
                for key, user in users.items()
                if user.id in members
            },
        }

    def roles(self, ids: Iterable[str]) -> Payload:
        roles = self._channel.guild.roles if self._channel.guild is not None else {}
        found = {role_id: roles.get(_number(role_id)) for role_id in ids}
        return {"roles": {key: payloads.role(role) for key, role in found.items() if role}}

    def channels(self, ids: Iterable[str]) -> Payload:
        found = {channel_id: self._world.channels.get(_number(channel_id)) for channel_id in ids}
        return {
            "channels": {
                key: payloads.channel_for(channel, self._world, self._user_id)
                for key, channel in found.items()
                if channel is not None
            }
        }

    def attachments(self, ids: Iterable[str]) -> Payload:
        found = {file_id: self._world.attachments.get(_number(file_id)) for file_id in ids}
        return {"attachments": {key: self._renderer.attachment(f) for key, f in found.items() if f}}

    def message(self, message_id: str) -> Payload:
        message = self._channel.messages.get(_number(message_id))
        if message is None or not self._world.can_see(self._user_id, message):
            raise refuse(404, "That message is not there.")
        return {"messages": {message_id: self._renderer.message(message)}}


def merged(parts: Iterable[Payload]) -> Payload:
    """Several resolved parts as one, without the empty kinds."""
    together: Payload = {}
    for part in parts:
        for kind, found in part.items():
            if found:
                together.setdefault(kind, {}).update(found)
    return together


def _partial_member(member: Payload) -> Payload:
    return {key: value for key, value in member.items() if key not in ("user", "deaf", "mute")}


def _number(snowflake: str) -> int:
    return int(snowflake) if snowflake.isdecimal() else 0
