"""The registry of commands: syncing, ids, faults, and who may use what."""

from typing import Any

import discord
import pytest

from bot.emulator.command_rules import check_commands
from bot.emulator.driver import Human, Refused
from bot.emulator.entities import Guild
from bot.emulator.errors import DiscordError
from bot.emulator.server import Emulator
from bot.emulator.wire import Payload
from tests.emulator.bots import Bot, Interaction, online


@pytest.fixture
def guild(emulator: Emulator) -> Guild:
    return next(iter(emulator.world.guilds.values()))


def command(**changes: object) -> Payload:
    return {"name": "video", "description": "Make a clip", "type": 1, **changes}


def option(**changes: object) -> Payload:
    return {"name": "prompt", "description": "What to show", "type": 3, **changes}


def choice(**changes: object) -> Payload:
    return {"name": "small", "value": "64", **changes}


async def test_synced_commands_come_back_complete_and_keep_their_ids(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Make a clip")
    async def video(interaction: Interaction, prompt: str) -> None: ...

    @bot.tree.context_menu(name="Explain this")
    async def explain(interaction: Interaction, message: discord.Message) -> None: ...

    async with online(bot, emulator):
        first = await bot.tree.sync()
        again = await bot.tree.sync()
        fetched = await bot.tree.fetch_commands()
        await you.wait_bot_online()
    assert {c.name for c in first} == {"video", "Explain this"}
    assert {c.id for c in first} == {c.id for c in again} == {c.id for c in fetched}
    assert {offered["name"] for offered in you.commands} == {"video", "Explain this"}


async def test_guild_commands_stand_beside_global_ones(
    emulator: Emulator, bot: Bot, you: Human, guild: Guild
) -> None:
    @bot.tree.command(description="Everywhere")
    async def video(interaction: Interaction) -> None:
        await interaction.response.send_message("global")

    @bot.tree.command(description="Here", guild=discord.Object(guild.id))
    async def here(interaction: Interaction) -> None:
        await interaction.response.send_message("of the guild")

    async with online(bot, emulator):
        synced = await bot.tree.sync(guild=discord.Object(guild.id))
        assert [c.guild_id for c in synced] == [guild.id]
        assert (await you.reply(await you.command("here"))).content == "of the guild"
        assert (await you.reply(await you.command("video"))).content == "global"


async def test_command_is_hidden_from_members_without_its_permission(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    @bot.tree.command(description="Manage")
    @discord.app_commands.default_permissions(manage_guild=True)
    async def manage(interaction: Interaction) -> None:
        await interaction.response.send_message("managed")

    async with online(bot, emulator):
        assert (await you.reply(await you.command("manage"))).content == "managed"
        with pytest.raises(Refused) as refused:
            await ada.command("manage")
        async with Human.connect(emulator.url, username="ada") as later:
            assert later.commands == []
    assert refused.value.status == 403


async def test_contexts_say_more_than_the_older_dm_permission(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    """discord.py's `guild_only` sends the older one alone, and is not asked where both are."""

    @bot.tree.command(description="Of servers")
    @discord.app_commands.guild_only()
    async def of_servers(interaction: Interaction) -> None: ...

    everywhere = discord.app_commands.AppCommandContext(guild=True, dm_channel=True)
    bot.tree.add_command(
        discord.app_commands.Group(
            name="group", description="Both", guild_only=True, allowed_contexts=everywhere
        )
    )
    group = bot.tree.get_command("group")
    assert isinstance(group, discord.app_commands.Group)

    @group.command(description="In direct messages, too")
    async def show(interaction: Interaction) -> None:
        await interaction.response.send_message("shown")

    emulator.world.direct_channel(emulator.world.user_named("you"))
    async with (
        online(bot, emulator),
        Human.connect(emulator.url, channel="zoetrope") as direct,
    ):
        assert (await direct.reply(await direct.command("group show"))).content == "shown"
        with pytest.raises(Refused):
            await direct.command("of_servers")


async def test_commands_are_made_changed_and_deleted_one_by_one(
    emulator: Emulator, bot: Bot
) -> None:
    new: Any = command()
    async with online(bot, emulator):
        made = await bot.http.upsert_global_command(emulator.world.bot.id, new)
        changed = await bot.http.edit_global_command(
            emulator.world.bot.id, int(made["id"]), {"description": "Make a film"}
        )
        assert changed["description"] == "Make a film"
        assert changed["version"] != made["version"]
        await bot.http.delete_global_command(emulator.world.bot.id, int(made["id"]))
        with pytest.raises(discord.NotFound) as gone:
            await bot.http.get_global_command(emulator.world.bot.id, int(made["id"]))
    assert gone.value.code == 10063


FAULTS: list[tuple[Payload, str]] = [
    (command(name="Video"), "name"),
    (command(name="a b"), "name"),
    (command(name="isn't"), "name"),
    (command(name="x" * 33), "name"),
    (command(description=""), "description"),
    (command(description="x" * 101), "description"),
    (command(colour="red"), "colour"),
    (command(name_localizations={"xx": "film"}), "name_localizations"),
    (command(name_localizations={"de": "Ein Film"}), "name_localizations"),
    (command(name_localizations={"de": "Film"}), "name_localizations"),
    (command(name_localizations={"de": ""}), "name_localizations"),
    (command(description_localizations={"de": "x" * 101}), "description_localizations"),
    (command(options=[option(name_localizations={"fr": "a b"})]), "options"),
    (
        command(options=[option(choices=[choice(name_localizations={"fr": "x" * 101})])]),
        "options",
    ),
    (command(type=2, name="Explain", options=[option()]), "_errors"),
    (command(options=[option(name=f"o{n}") for n in range(26)]), "options"),
    (command(options=[option(), option()]), "options"),
    (command(options=[option(name="a"), option(name="b", required=True)]), "options"),
    (command(options=[option(description=None)]), "options"),
    (command(options=[option(max_length=6001)]), "options"),
    (command(options=[option(file_types=["png"])]), "options"),
    (
        command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "a"}])]),
        "options",
    ),
    (command(options=[option(choices=[{"name": "a", "value": None}])]), "options"),
    (command(options=[option(choices=[choice(value="v" * 101)])]), "options"),
    (command(contexts=[]), "contexts"),
    (command(integration_types=[]), "integration_types"),
    (
        command(
            options=[
                option(
                    name=f"o{n}", choices=[{"name": "n" * 90, "value": f"{m}"} for m in range(25)]
                )
                for n in range(4)
            ]
        ),
        "_errors",
    ),
    (  # the longest language of each text counts
        command(
            options=[
                option(
                    name=f"o{n}",
                    choices=[choice(name_localizations={"de": "n" * 90}) for _ in range(25)],
                )
                for n in range(4)
            ]
        ),
        "_errors",
    ),
]


@pytest.mark.parametrize(("body", "path"), FAULTS)
def test_faulty_command_is_refused_by_its_path(body: Payload, path: str) -> None:
    with pytest.raises(DiscordError) as refused:
        check_commands([body])
    assert refused.value.payload["code"] == 50035
    assert path in refused.value.payload["errors"]["0"]


def test_sound_command_passes() -> None:
    nested = option(
        name="set", type=1, options=[option(required=True), option(name="seed", type=4)]
    )
    check_commands([command(options=[nested], name_localizations={"de": "film", "hi": "वीडियो"})])
