"""Where a member has installed the bot alone: only interactions reach the place."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.emulator import effects, errors
from bot.emulator.clock import Clock
from bot.emulator.driver import Human, Refused
from bot.emulator.entities import Channel, Member, Overwrite
from bot.emulator.faults import Fault
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import (
    QUICK,
    SLOW,
    ask,
    finished,
    job_id,
    refusal,
    shown_again,
    status_says,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def foreign_channel(emulator: Emulator, name: str = "elsewhere") -> Channel:
    """A channel of a server that the bot is not a member of; "you" and "ada" are guests there."""
    world = emulator.world
    host = world.add_user(f"host-of-{name}", "Host", "#99aab5")
    guild = world.add_guild("Elsewhere", host)
    members = host, world.user_named("you"), world.user_named("ada")
    guild.members |= {user.id: Member(user) for user in members}
    return world.add_channel(guild, name)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def elsewhere(emulator: Emulator) -> Channel:
    return foreign_channel(emulator)


@pytest_asyncio.fixture(loop_scope="session")
async def you(emulator: Emulator, elsewhere: Channel) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url, channel=elsewhere.name) as human:
        yield human


async def test_a_clip_comes_through_the_interaction_while_it_lives(you: Human) -> None:
    status = await ask(you, "a red circle", **SLOW)
    assert list(status.buttons)[-2:] == ["Cancel", "Get result"]
    await status_says(you, status, "Denoising: step")
    with busy_device():
        await you.click(status, "Get result")
        await you.wait_for(lambda message: "is still being made" in message.content)
    result = await finished(you, status)
    assert [mention.id for mention in result.mentions] == [you.id]
    done = await status_says(you, status, "✅")
    assert not done.buttons


async def test_where_servers_hide_what_such_bots_say_the_member_alone_sees_it(
    emulator: Emulator, elsewhere: Channel, you: Human
) -> None:
    you_id = emulator.world.user_named("you").id
    denied = Overwrite(you_id, is_member=True, deny=Permission.USE_EXTERNAL_APPS)
    elsewhere.overwrites.append(denied)
    status = await ask(you, "a red circle", seed=1, **QUICK)
    assert status.ephemeral
    assert (await finished(you, status)).ephemeral
    await status_says(you, status, "✅")
    elsewhere.overwrites.remove(denied)


@pytest.mark.parametrize("code", [40094, 50027])
async def test_a_clip_that_the_interaction_does_not_take_is_fetched_by_a_button(
    emulator: Emulator, you: Human, code: int
) -> None:
    refused = effects.refusal(errors.known(code))
    emulator.faults.add(Fault(name=f"{code}", effect=refused, method="POST", path="/webhooks/*/*"))
    status = await ask(you, "a red circle", seed=1, **QUICK)
    ready = await status_says(you, status, "press **Get result**")
    await you.click(ready, "Get result")
    assert (await shown_again(you, status)).buttons
    assert not (await status_says(you, status, "`/show id:")).buttons


async def test_cancel_and_strangers_there(emulator: Emulator, you: Human) -> None:
    status = await ask(you, "endless")
    async with Human.connect(emulator.url, channel="elsewhere", username="ada") as ada:
        hers = await ada.wait_for(lambda message: message.id == status.id)
        assert "Only the person" in await refusal(ada, await ada.click(hers, "Get result"))
    await status_says(you, status, "Denoising: step")
    await you.click(status, "Stop")
    await status_says(you, status, "🛑")


async def test_what_is_decided_for_servers_is_offered_only_where_they_have_the_bot(
    emulator: Emulator, elsewhere: Channel
) -> None:
    emulator.world.direct_channel(emulator.world.user_named("you"))
    async with (
        Human.connect(emulator.url, channel="elsewhere", username="host-of-elsewhere") as host,
        Human.connect(emulator.url, channel="zoetrope") as direct,
    ):
        for human, command in (
            (host, "settings show"),
            (host, "moderation queue"),
            (host, "operator status"),
            (direct, "settings show"),
            (direct, "moderation queue"),
        ):
            with pytest.raises(Refused) as refused:
                await human.command(command)
            assert refused.value.status == 403
        help_page = await host.reply(await host.command("help"))
        assert "</queue:" in help_page.text
        assert "</settings" not in help_page.text
        state = await direct.reply(await direct.command("operator status"))
        assert "waiting, from all servers" in state.content


async def test_after_a_quarter_of_an_hour_and_a_restart_a_button_brings_the_clip(
    tmp_path: Path,
) -> None:
    async with local_discord(clock=Clock(behind=14 * 60)) as emulator:
        foreign_channel(emulator)
        settings = bot_settings(emulator, tmp_path)
        async with Human.connect(emulator.url, channel="elsewhere") as you:
            async with running_bot(settings, you, plain=True):
                # discord.py must be ready before it is stopped
                await finished(you, await ask(you, "a green star", **QUICK))
                status = await ask(you, "a red circle", **SLOW)
                last = await status_says(you, status, "for a quarter of an hour only")
                assert "Get result" in last.buttons
            await you.wait_bot_offline()
            emulator.clock.skip(14 * 60)  # from here on bot and Discord agree on the time
            async with running_bot(settings, you, plain=True):
                await finished(you, await ask(you, "a blue star", **QUICK))
                await you.click(last, "Get result")  # made before the other: it asked first
                result = await shown_again(you, status)
                assert "Vary" in result.buttons
                assert not (await status_says(you, status, "✅")).buttons
            name = f"**#{job_id(status)}** is ready"
            assert not any(name in message.content for message in you.messages.values())
