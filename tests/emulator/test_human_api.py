"""What a person's client would not send is refused with words, before the bot hears of it."""

from typing import Any

import aiohttp
import pytest
from discord import app_commands

from bot.emulator.clock import Clock
from bot.emulator.driver import Human, Refused
from bot.emulator.entities import Overwrite
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from bot.emulator.shown import Failure
from tests.emulator.bots import Bot, Interaction, online


@pytest.fixture
def bot() -> Bot:
    bot = Bot()

    @bot.tree.command(description="Make a clip")
    @app_commands.choices(size=[app_commands.Choice(name="Small", value="small")])
    async def video(
        interaction: Interaction,
        prompt: app_commands.Range[str, 2, 10],
        seconds: app_commands.Range[float, 1, 4] = 2.0,
        steps: app_commands.Range[int, 1, 50] = 25,
        size: str = "small",
    ) -> None:
        await interaction.response.send_message("taken")

    return bot


@pytest.mark.parametrize(
    ("options", "faulty"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "a"}, "prompt"),
        ({"prompt": "a" * 11}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": "a circle", "seconds": 0.5}, "seconds"),
        ({"prompt": "a circle", "seconds": 5}, "seconds"),
        ({"prompt": "a circle", "seconds": "two"}, "seconds"),
        ({"prompt": "a circle", "steps": 2.5}, "steps"),
        ({"prompt": "a circle", "steps": True}, "steps"),
        ({"prompt": "a circle", "steps": 51}, "steps"),
        ({"prompt": "a circle", "size": "huge"}, "size"),
        ({"prompt": "a circle", "speed": 1}, "speed"),
    ],
)
async def test_faulty_option_is_refused_by_its_name(
    emulator: Emulator, bot: Bot, you: Human, options: dict[str, Any], faulty: str
) -> None:
    async with online(bot, emulator):
        with pytest.raises(Refused) as refused:
            await you.command("video", **options)
    assert refused.value.status == 400
    assert [name for name, _ in refused.value.errors] == [faulty]


async def test_sound_options_are_taken(emulator: Emulator, bot: Bot, you: Human) -> None:
    async with online(bot, emulator):
        used = await you.command("video", prompt="a circle", seconds=4, steps=1, size="small")
        assert (await you.reply(used)).content == "taken"


async def test_unknown_command_is_refused(emulator: Emulator, you: Human) -> None:
    with pytest.raises(Refused) as refused:
        await you.command("nothing")
    assert refused.value.status == 404


async def test_hidden_channel_takes_nothing(emulator: Emulator, ada: Human) -> None:
    channel = emulator.world.channel_named("videos")
    hidden = Overwrite(int(ada.id), is_member=True, deny=Permission.VIEW_CHANNEL)
    channel.overwrites.append(hidden)
    with pytest.raises(Refused) as refused:
        await ada.say("hello?")
    assert refused.value.status == 404


@pytest.mark.parametrize("content", ["", "x" * 2001])
async def test_empty_and_overlong_messages_are_refused(
    emulator: Emulator, you: Human, content: str
) -> None:
    with pytest.raises(Refused) as refused:
        await you.say(content)
    assert refused.value.status == 400


async def test_silent_bot_fails_the_interaction(
    emulator: Emulator, you: Human, clock: Clock
) -> None:
    """Without any bot online the command is known from before, and nobody answers it."""
    bot = Bot()

    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None: ...

    async with online(bot, emulator):
        pass
    await you.wait_bot_offline()
    unheard = await you.command("ping")
    clock.skip(3.1)
    answer = await you.answer(unheard)
    assert answer == Failure("The application did not respond")


async def test_the_bot_hears_the_language_of_each_members_client(
    emulator: Emulator, you: Human, ada: Human
) -> None:
    bot = Bot()

    @bot.tree.command(description="Say the language")
    async def locale(interaction: Interaction) -> None:
        await interaction.response.send_message(
            f"{interaction.locale} in {interaction.guild_locale}"
        )

    await ada.speak("pt-BR")
    async with online(bot, emulator):
        assert (await ada.reply(await ada.command("locale"))).content == "pt-BR in en-US"
        assert (await you.reply(await you.command("locale"))).content == "en-US in en-US"
    with pytest.raises(Refused, match="does not speak"):
        await you.speak("tlh")


async def test_malformed_body_is_a_400(emulator: Emulator) -> None:
    async with (
        aiohttp.ClientSession(emulator.url) as session,
        session.post("/human/messages", json={"user_id": 5}) as response,
    ):
        assert response.status == 400
        assert (await response.json())["errors"][0]["option"] is None


async def test_state_describes_the_demo_world(emulator: Emulator) -> None:
    async with (
        aiohttp.ClientSession(emulator.url) as session,
        session.get("/human/state") as response,
    ):
        state = await response.json()
    assert state["guild"]["name"] == "Zoetrope demo"
    assert [channel["name"] for channel in state["channels"]] == ["general", "videos"]
    managers = {user["username"]: user["manage_guild"] for user in state["users"]}
    assert managers == {"you": True, "ada": False}
    assert state["bot"]["global_name"] == "Zoetrope"
    assert state["bot_online"] is False
