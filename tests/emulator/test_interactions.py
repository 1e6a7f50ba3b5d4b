"""First answers, deferrals, followups and private replies."""

import asyncio
import io

import discord

from bot.emulator.driver import Human
from bot.emulator.keyboard import File
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.emulator.bots import Bot, Interaction, online


async def test_slash_command_is_answered_with_a_message(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Repeat")
    async def echo(interaction: Interaction, text: str, times: int = 1) -> None:
        await interaction.response.send_message(text * times)

    async with online(bot, emulator):
        message = await you.reply(await you.command("echo", text="ha", times=3))
    assert message.content == "hahaha"
    assert message.type == discord.MessageType.chat_input_command.value
    assert message.interaction_metadata is not None
    assert message.interaction_metadata["name"] == "echo"
    assert message.interaction_metadata["user"]["id"] == you.id


async def test_interaction_tells_where_it_is_and_who_may_what(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    seen: list[Interaction] = []

    @bot.tree.command(description="Look")
    async def look(interaction: Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("seen")

    async with online(bot, emulator):
        await you.reply(await you.command("look"))
        await ada.reply(await ada.command("look"))
    yours, adas = seen
    assert yours.permissions.manage_guild
    assert not adas.permissions.manage_guild
    assert yours.app_permissions.attach_files
    assert yours.filesize_limit == 10 * 1024 * 1024
    assert yours.is_guild_integration()
    assert yours.context.guild
    assert isinstance(yours.channel, discord.TextChannel)
    assert yours.channel.name == "videos"


async def test_subcommands_and_option_types_arrive(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    settings = discord.app_commands.Group(name="settings", description="Settings")
    bot.tree.add_command(settings)

    @settings.command(name="set", description="Change")
    async def change(
        interaction: Interaction, seconds: float, loud: bool, who: discord.Member
    ) -> None:
        await interaction.response.send_message(f"{seconds} {loud} {who.display_name}")

    async with online(bot, emulator):
        used = await you.command("settings set", seconds=2, loud=True, who=you.id)
        message = await you.reply(used)
    assert message.content == "2.0 True You"
    assert message.interaction_metadata is not None
    assert message.interaction_metadata["name"] == "settings set"


async def test_attachment_option_arrives_with_its_file(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Read")
    async def read(interaction: Interaction, image: discord.Attachment) -> None:
        data = await image.read()
        await interaction.response.send_message(f"{image.filename} {len(data)}")

    async with online(bot, emulator):
        used = await you.command("read", image=File("start.png", b"12345"))
        assert (await you.reply(used)).content == "start.png 5"


async def test_deferred_answer_thinks_then_shows_the_file(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    proceed = asyncio.Event()

    @bot.tree.command(description="Render")
    async def render(interaction: Interaction) -> None:
        deferred = await interaction.response.defer()
        assert deferred is not None
        assert deferred.message_id
        await proceed.wait()
        clip = discord.File(io.BytesIO(b"clip"), "clip.mp4", description="A circle")
        await interaction.edit_original_response(content="done", attachments=[clip])

    async with online(bot, emulator):
        used = await you.command("render")
        thinking = await you.answer(used)
        assert isinstance(thinking, Message)
        assert thinking.loading
        assert thinking.content == ""
        proceed.set()
        message = await you.reply(used)
    assert message.id == thinking.id
    assert message.edited_timestamp is None
    attachment = message.attachments[0]
    assert attachment.content_type == "video/mp4"
    assert attachment.description == "A circle"
    assert await you.download(attachment) == b"clip"


async def test_ephemeral_answer_is_seen_by_its_user_alone(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    @bot.tree.command(description="Whisper")
    async def whisper(interaction: Interaction) -> None:
        await interaction.response.send_message("secret", ephemeral=True)
        await interaction.followup.send("said aloud")

    async with online(bot, emulator):
        message = await you.reply(await you.command("whisper"))
        assert message.ephemeral
        await ada.wait_for(lambda message: message.content == "said aloud")
    assert "secret" not in [message.content for message in ada.messages.values()]


async def test_followups_are_sent_edited_and_deleted(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Follow")
    async def follow(interaction: Interaction) -> None:
        await interaction.response.send_message("first")
        more = await interaction.followup.send("second", wait=True)
        await more.edit(content="second, edited")
        await more.delete()
        await interaction.delete_original_response()

    async with online(bot, emulator):
        used = await you.command("follow")
        edited = await you.wait_for(lambda message: message.content == "second, edited")
        assert edited.message_reference is not None
        await you.wait_deleted(edited.id)
        await you.wait_deleted(edited.message_reference["message_id"])
        assert used


async def test_first_followup_after_a_deferral_fills_it(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Late")
    async def late(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("filled")

    async with online(bot, emulator):
        message = await you.reply(await you.command("late"))
    assert message.content == "filled"
    assert message.ephemeral


async def test_original_response_can_be_read_back(emulator: Emulator, bot: Bot, you: Human) -> None:
    @bot.tree.command(description="Read back")
    async def back(interaction: Interaction) -> None:
        await interaction.response.send_message("one")
        original = await interaction.original_response()
        await interaction.followup.send(f"it said {original.content}")

    async with online(bot, emulator):
        await you.command("back")
        await you.wait_for(lambda message: message.content == "it said one")


async def test_message_context_menu_gets_its_message(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.context_menu(name="Quote it")
    async def quote(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.author.name}: {message.content}")

    async with online(bot, emulator):
        said = await you.say("hello")
        message = await you.reply(await you.use_on(said, "Quote it"))
    assert message.content == "you: hello"


async def test_user_context_menu_gets_its_member(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    @bot.tree.context_menu(name="Wave")
    async def wave(interaction: Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"hi {member.mention}")

    async with online(bot, emulator):
        message = await you.reply(await you.use_on(ada.id, "Wave"))
    assert [user.username for user in message.mentions] == ["ada"]


async def test_autocomplete_offers_choices(emulator: Emulator, bot: Bot, you: Human) -> None:
    @bot.tree.command(description="Pick")
    async def pick(interaction: Interaction, model: str) -> None:
        await interaction.response.send_message(model)

    @pick.autocomplete("model")
    async def offer(
        interaction: Interaction, current: str
    ) -> list[discord.app_commands.Choice[str]]:
        names = ["builtin", "big"]
        return [
            discord.app_commands.Choice(name=name.title(), value=name)
            for name in names
            if name.startswith(current)
        ]

    async with online(bot, emulator):
        choices = await you.choices("pick", focused="model", model="bu")
    assert choices == [{"name": "Builtin", "value": "builtin"}]
