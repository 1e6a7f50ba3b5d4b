"""Whom a message notifies: the mentions in its text, cut down by allowed_mentions."""

import re

from bot.emulator import components
from bot.emulator.entities import User
from bot.emulator.requests import AllowedMentions
from bot.emulator.wire import Payload
from bot.emulator.world import World

_USER = re.compile(r"<@!?(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")

PARSE_ALL = AllowedMentions(parse=["users", "roles", "everyone"], replied_user=True)
"""What an ordinary message may mention when it does not say."""
PARSE_USERS = AllowedMentions(parse=["users"])
"""What an interaction's answer may mention when it does not say."""


def text_of(content: str, tree: list[Payload]) -> str:
    """All text that can mention: the content and every text display."""
    displayed = [str(c.get("content", "")) for _, c in components.walk(tree)]
    return "\n".join([content, *displayed])


def mentioned_users(world: World, text: str, allowed: AllowedMentions) -> list[User]:
    """Each notified user once, in the order of the text."""
    named = [int(found) for found in dict.fromkeys(_USER.findall(text))]
    if "users" not in allowed.parse:
        listed = {int(user_id) for user_id in allowed.users}
        named = [user_id for user_id in named if user_id in listed]
    return [world.users[user_id] for user_id in named if user_id in world.users]


def mentions_everyone(text: str, allowed: AllowedMentions) -> bool:
    return "everyone" in allowed.parse and _EVERYONE.search(text) is not None
