"""The objects in gateway events, which the document describes only where REST answers them."""

import pytest

from bot.emulator import payloads
from bot.emulator.demo import demo_world
from bot.emulator.entities import Attachment, Guild, Message, MessageFlag, Overwrite
from bot.emulator.permissions import Permission
from bot.emulator.rendering import Renderer
from bot.emulator.world import World
from tests.emulator.openapi import Checker, openapi_checker


@pytest.fixture
def checker() -> Checker:
    checker = openapi_checker()
    if checker is None:
        pytest.skip("DISCORD_OPENAPI names no document")
    return checker


@pytest.fixture
def world() -> World:
    return demo_world()


@pytest.fixture
def guild(world: World) -> Guild:
    return next(iter(world.guilds.values()))


def test_created_guild_is_made_of_whole_objects(
    checker: Checker, world: World, guild: Guild
) -> None:
    channel = world.channel_named("videos")
    channel.overwrites.append(Overwrite(guild.id, is_member=False, deny=Permission.SEND_MESSAGES))
    created = payloads.created_guild(guild, world)
    assert checker.faults("GuildWithCountsResponse", created) == []
    for role in created["roles"]:
        assert checker.faults("GuildRoleResponse", role) == []
    for member in created["members"]:
        assert checker.faults("GuildMemberResponse", member) == []
    for channel in created["channels"]:
        assert checker.faults("GuildChannelResponse", channel) == []


def test_interacting_member_and_user_are_whole(
    checker: Checker, world: World, guild: Guild
) -> None:
    member = guild.members[world.user_named("ada").id]
    interacting = payloads.member_in(world.channel_named("videos"), member)
    assert checker.faults("GuildMemberResponse", interacting) == []
    assert checker.faults("UserResponse", interacting["user"]) == []


def test_message_with_every_part_is_whole(checker: Checker, world: World) -> None:
    channel = world.channel_named("videos")
    said = Message(world.new_id(), channel, world.user_named("ada"), content="hello")
    channel.messages[said.id] = said
    clip = Attachment(world.new_id(), channel.id, "a.png", "image/png", b"", "alt", (2, 2))
    reply = Message(
        world.new_id(),
        channel,
        world.bot,
        flags=MessageFlag.IS_COMPONENTS_V2,
        attachments=[clip],
        components=[
            {
                "type": 17,
                "id": 1,
                "accent_color": None,
                "spoiler": False,
                "components": [
                    {"type": 10, "id": 2, "content": "hi"},
                    {
                        "type": 12,
                        "id": 3,
                        "items": [
                            {"media": {"url": "attachment://a.png"}},
                            {"media": {"url": "https://example.org/b.png"}},
                        ],
                    },
                    {"type": 13, "id": 4, "file": {"url": "attachment://a.png"}, "spoiler": False},
                    {"type": 14, "id": 5, "divider": True, "spacing": 1},
                ],
            }
        ],
        embeds=[{"title": "t", "fields": [{"name": "n", "value": "v"}]}],
        reply_to=said.id,
        mentions=[said.author],
    )
    event = Renderer(world, "http://127.0.0.1", b"secret").event(reply)
    assert checker.faults("MessageResponse", event) == []
    assert event["attachments"] == []
    assert event["referenced_message"]["id"] == str(said.id)
