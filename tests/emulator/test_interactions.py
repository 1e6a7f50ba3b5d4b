"""First answers, deferrals, followups and private replies, and the clocks on them."""

import asyncio
import io

import discord

from bot.emulator.driver import File, Human
from bot.emulator.server import Emulator
from bot.emulator.shown import Failure, Message
from tests.emulator.bots import Bot, Interaction, online
from tests.emulator.clock import Clock

MINUTES = 60.0


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


async def test_silence_for_three_seconds_fails_and_a_late_answer_is_10062(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    late: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    failed = asyncio.Event()

    @bot.tree.command(description="Sleep")
    async def sleep(interaction: Interaction) -> None:
        await failed.wait()
        try:
            await interaction.response.send_message("too late")
        except discord.NotFound as error:
            late.set_result(error.code)

    async with online(bot, emulator):
        answer = await you.answer(await you.command("sleep"))
        assert answer == Failure("The application did not respond")
        failed.set()
        assert await late == 10062


async def test_answer_after_the_clock_ran_three_seconds_is_10062(
    emulator: Emulator, bot: Bot, you: Human, clock: Clock
) -> None:
    refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Sleep")
    async def sleep(interaction: Interaction) -> None:
        clock.skip(3.1)
        try:
            await interaction.response.send_message("too late")
        except discord.NotFound as error:
            refused.set_result(error.code)

    async with online(bot, emulator):
        assert isinstance(await you.answer(await you.command("sleep")), Failure)
        assert await refused == 10062


async def test_second_answer_is_40060(emulator: Emulator, bot: Bot, you: Human) -> None:
    refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Twice")
    async def twice(interaction: Interaction) -> None:
        await interaction.response.send_message("once")
        # what a second process with the same token would send
        again = discord.InteractionResponse(interaction)
        try:
            await again.send_message("twice")
        except discord.HTTPException as error:
            refused.set_result(error.code)

    async with online(bot, emulator):
        await you.command("twice")
        assert await refused == 40060


async def test_token_dies_after_fifteen_minutes_and_the_channel_route_works_on(
    emulator: Emulator, bot: Bot, you: Human, clock: Clock
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Long")
    async def long(interaction: Interaction) -> None:
        await interaction.response.send_message("working")
        original = await interaction.original_response()
        clock.skip(14 * MINUTES)
        await interaction.edit_original_response(content="still working")
        clock.skip(1 * MINUTES + 1)
        try:
            await interaction.edit_original_response(content="done")
        except discord.HTTPException as error:
            outcome.set_result(error.code)
        assert interaction.channel_id is not None
        channel = bot.get_partial_messageable(interaction.channel_id)
        await channel.get_partial_message(original.id).edit(content="done after all")

    async with online(bot, emulator):
        await you.command("long")
        assert await outcome == 50027
        await you.wait_for(lambda message: message.content == "done after all")


async def test_ephemeral_message_is_unknown_to_the_channel_route(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Whisper")
    async def whisper(interaction: Interaction) -> None:
        response = await interaction.response.send_message("secret", ephemeral=True)
        assert interaction.channel_id is not None
        assert response.message_id is not None
        channel = bot.get_partial_messageable(interaction.channel_id)
        try:
            await channel.get_partial_message(response.message_id).edit(content="changed")
        except discord.NotFound as error:
            outcome.set_result(error.code)

    async with online(bot, emulator):
        await you.command("whisper")
        assert await outcome == 10008


async def test_edit_of_a_deleted_original_is_10008(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Gone")
    async def gone(interaction: Interaction) -> None:
        await interaction.response.send_message("here")
        await interaction.delete_original_response()
        try:
            await interaction.edit_original_response(content="there")
        except discord.NotFound as error:
            outcome.set_result(error.code)

    async with online(bot, emulator):
        await you.command("gone")
        assert await outcome == 10008


async def test_followup_before_the_first_answer_is_10015(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Hasty")
    async def hasty(interaction: Interaction) -> None:
        try:
            await interaction.followup.send("too early")
        except discord.NotFound as error:
            outcome.set_result(error.code)
        await interaction.response.send_message("now")

    async with online(bot, emulator):
        await you.reply(await you.command("hasty"))
        assert await outcome == 10015


async def test_token_and_message_id_are_enough_after_a_restart(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    @bot.tree.command(description="Defer")
    async def defer(interaction: Interaction) -> None:
        deferred = await interaction.response.defer()
        assert deferred is not None
        assert deferred.message_id is not None
        webhook = discord.Webhook.partial(interaction.application_id, interaction.token, client=bot)
        await webhook.edit_message(deferred.message_id, content="recovered")

    async with online(bot, emulator):
        assert (await you.reply(await you.command("defer"))).content == "recovered"


async def test_file_above_the_limit_is_413(emulator: Emulator, bot: Bot, you: Human) -> None:
    size = 10 * 1024 * 1024 + 1
    outcome: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()

    @bot.tree.command(description="Large")
    async def large(interaction: Interaction) -> None:
        await interaction.response.defer()
        try:
            await interaction.edit_original_response(
                attachments=[discord.File(io.BytesIO(bytes(size)), "large.mp4")]
            )
        except discord.HTTPException as error:
            outcome.set_result((error.status, error.code))

    async with online(bot, emulator):
        await you.command("large")
        assert await outcome == (413, 40005)
