"""Ids, permissions and mentions, each a small rule of its own."""

from bot.emulator import permissions
from bot.emulator.demo import demo_world
from bot.emulator.entities import Overwrite
from bot.emulator.mentions import PARSE_ALL, PARSE_USERS, mentioned_users, mentions_everyone
from bot.emulator.permissions import Permission
from bot.emulator.requests import AllowedMentions
from bot.emulator.snowflakes import Snowflakes, created_at


def test_ids_grow_even_within_one_moment_and_tell_their_time() -> None:
    snowflakes = Snowflakes(lambda: 1_700_000_000.0)
    ids = [snowflakes.next() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert created_at(ids[0]) == 1_700_000_000.0


def test_owner_may_everything_and_a_stranger_nothing() -> None:
    world = demo_world()
    channel = world.channel_named("videos")
    assert permissions.in_channel(channel, world.user_named("you").id) == permissions.ALL
    assert permissions.in_channel(channel, 123) == Permission.NONE


def test_role_gives_a_member_its_permissions() -> None:
    world = demo_world()
    guild = next(iter(world.guilds.values()))
    ada = world.user_named("ada")
    assert Permission.MANAGE_GUILD not in permissions.in_guild(guild, ada.id)
    manager = world.add_role(guild, "Helper", Permission.MANAGE_GUILD)
    guild.members[ada.id].role_ids.add(manager.id)
    assert Permission.MANAGE_GUILD in permissions.in_guild(guild, ada.id)


def test_overwrite_of_a_member_wins_over_that_of_everyone() -> None:
    world = demo_world()
    channel = world.channel_named("videos")
    ada = world.user_named("ada")
    assert channel.guild is not None
    everyone = Overwrite(channel.guild.id, is_member=False, deny=Permission.SEND_MESSAGES)
    channel.overwrites = [
        Overwrite(ada.id, is_member=True, allow=Permission.SEND_MESSAGES),
        everyone,
    ]
    assert Permission.SEND_MESSAGES in permissions.in_channel(channel, ada.id)
    channel.overwrites = [everyone]
    assert Permission.SEND_MESSAGES not in permissions.in_channel(channel, ada.id)


def test_mentions_are_cut_down_to_what_is_allowed() -> None:
    world = demo_world()
    you, ada = world.user_named("you"), world.user_named("ada")
    text = f"<@{you.id}> <@{you.id}> <@!{ada.id}> <@123> @everyone"
    assert mentioned_users(world, text, PARSE_ALL) == [you, ada]
    assert mentioned_users(world, text, AllowedMentions()) == []
    assert mentioned_users(world, text, AllowedMentions(users=[str(ada.id)])) == [ada]
    assert mentions_everyone(text, PARSE_ALL)
    assert not mentions_everyone(text, PARSE_USERS)
