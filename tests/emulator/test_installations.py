"""Direct messages with the bot, and servers where only the user has installed it."""

from typing import Any

import discord
import pytest
from discord import app_commands

from bot.emulator.driver import Human, Refused
from bot.emulator.entities import Channel, Member, Overwrite
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from tests.emulator.bots import Bot, Interaction, online


@pytest.fixture
def foreign(emulator: Emulator) -> Channel:
    """A channel of a server that the bot is not a member of, and "you" are."""
    world = emulator.world
    you, ada = world.user_named("you"), world.user_named("ada")
    guild = world.add_guild("Elsewhere", ada)
    guild.members |= {user.id: Member(user) for user in (you, ada)}
    return world.add_channel(guild, "elsewhere")


async def test_command_works_in_a_direct_message(emulator: Emulator, bot: Bot) -> None:
    seen: list[Interaction] = []

    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("pong")

    emulator.world.direct_channel(emulator.world.user_named("ada"))
    async with (
        online(bot, emulator),
        Human.connect(emulator.url, username="ada", channel="zoetrope") as ada,
    ):
        assert (await ada.reply(await ada.command("ping"))).content == "pong"
    assert seen[0].guild_id is None
    assert seen[0].context.dm_channel
    assert isinstance(seen[0].channel, discord.DMChannel)
    assert seen[0].user.name == "ada"


async def test_command_of_a_user_installation_has_only_its_token(
    emulator: Emulator, bot: Bot, foreign: Channel
) -> None:
    outcome: list[int] = []

    @bot.tree.command(description="Follow up")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def follow(interaction: Interaction) -> None:
        assert not interaction.is_guild_integration()
        await interaction.response.send_message("first")
        try:
            await bot.get_partial_messageable(foreign.id).send("by the channel route")
        except discord.Forbidden as error:
            outcome.append(error.code)
        try:
            for number in range(6):
                await interaction.followup.send(f"followup {number}")
        except discord.HTTPException as error:
            outcome.append(error.code)
        await interaction.edit_original_response(content=str(outcome))

    async with (
        online(bot, emulator),
        Human.connect(emulator.url, channel="elsewhere") as you,
    ):
        await you.command("follow")
        await you.wait_for(lambda message: message.content == "[50001, 40094]")
        said = [message.content for message in you.messages.values()]
    assert said.count("followup 4") == 1
    assert "followup 5" not in said


async def test_server_can_make_answers_of_user_installations_private(
    emulator: Emulator, bot: Bot, foreign: Channel
) -> None:
    @bot.tree.command(description="Say pong")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def ping(interaction: Interaction) -> None:
        response = await interaction.response.send_message("pong")
        assert response.is_ephemeral()

    you_id = emulator.world.user_named("you").id
    denied = Overwrite(you_id, is_member=True, deny=Permission.USE_EXTERNAL_APPS)
    foreign.overwrites.append(denied)
    async with (
        online(bot, emulator),
        Human.connect(emulator.url, channel="elsewhere") as you,
    ):
        assert (await you.reply(await you.command("ping"))).ephemeral


async def test_command_for_servers_only_is_not_offered_elsewhere(
    emulator: Emulator, bot: Bot, foreign: Channel
) -> None:
    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None: ...

    async with (
        online(bot, emulator),
        Human.connect(emulator.url, channel="elsewhere") as you,
    ):
        with pytest.raises(Refused) as refused:
            await you.command("ping")
    assert refused.value.status == 403


async def test_command_among_people_has_only_its_token(emulator: Emulator, bot: Bot) -> None:
    outcome: list[int] = []

    @bot.tree.command(description="Say pong")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def ping(interaction: Interaction) -> None:
        assert interaction.context.private_channel
        assert not interaction.is_guild_integration()
        await interaction.response.send_message("pong")
        assert interaction.channel_id is not None
        try:
            await bot.get_partial_messageable(interaction.channel_id).send("by the channel route")
        except discord.Forbidden as error:
            outcome.append(error.code)
        await interaction.edit_original_response(content=str(outcome))

    world = emulator.world
    world.private_channel(world.user_named("you"), world.user_named("ada"))
    async with (
        online(bot, emulator),
        Human.connect(emulator.url, username="ada", channel="you-ada") as ada,
    ):
        await ada.command("ping")
        await ada.wait_for(lambda message: message.content == "[50001]")


async def test_command_is_not_offered_elsewhere_to_who_has_not_installed_it(
    emulator: Emulator, bot: Bot, foreign: Channel
) -> None:
    @bot.tree.command(description="Say pong")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def ping(interaction: Interaction) -> None: ...

    emulator.world.user_named("you").has_installed = False
    async with (
        online(bot, emulator),
        Human.connect(emulator.url, channel="elsewhere") as you,
    ):
        with pytest.raises(Refused):
            await you.command("ping")


@pytest.mark.parametrize("installed", [True, False])
async def test_installations_of_guild_and_user_are_both_named(
    emulator: Emulator, bot: Bot, you: Human, installed: bool
) -> None:
    seen: list[Interaction] = []

    class Press(discord.ui.View):
        @discord.ui.button(label="Press")
        async def press(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None:
            seen.append(interaction)
            await interaction.response.edit_message(content="pressed", view=None)

    @bot.tree.command(description="Show a button")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def show(interaction: Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("press", view=Press())

    emulator.world.user_named("you").has_installed = installed
    async with online(bot, emulator), Human.connect(emulator.url, username="ada") as ada:
        shown = await you.reply(await you.command("show"))
        await ada.click(shown, "Press")
        await you.wait_for(lambda message: message.content == "pressed")
    assert [interaction.is_guild_integration() for interaction in seen] == [True, True]
    assert [interaction.is_user_integration() for interaction in seen] == [installed, False]
