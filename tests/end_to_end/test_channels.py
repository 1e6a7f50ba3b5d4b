"""A server's other kinds of channels: announcements, the chats of voice channels, forums."""

import pytest

from bot.emulator.driver import Human
from bot.emulator.entities import ChannelType
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator
from tests.end_to_end.stories import QUICK, ask, finished, refusal
from tests.end_to_end.test_permutations import results, thread_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("kind", ["GUILD_ANNOUNCEMENT", "GUILD_VOICE", "GUILD_STAGE_VOICE"])
async def test_a_clip_is_made_in_every_kind_of_channel_that_has_messages(
    emulator: Emulator, kind: str
) -> None:
    (guild,) = emulator.world.bot_guilds()
    name = kind.lower()
    emulator.moderation.create_channel(guild, name, ChannelType[kind])
    async with Human.connect(emulator.url, channel=name) as you:
        clip = await finished(you, await ask(you, "a red circle", **QUICK))
        varied = await you.reply(await you.click(clip, "Vary"))
        assert (await finished(you, varied)).channel_id == clip.channel_id


async def test_where_the_bot_may_not_connect_it_says_what_it_lacks(emulator: Emulator) -> None:
    (guild,) = emulator.world.bot_guilds()
    closed = emulator.moderation.create_channel(guild, "closed", ChannelType.GUILD_VOICE)
    emulator.moderation.set_overwrite(closed, emulator.world.bot, deny=Permission.CONNECT)
    async with Human.connect(emulator.url, channel="closed") as you:
        asked = await you.command("video", prompt="a red circle")
        assert "I lack Connect" in await refusal(you, asked)


async def test_a_clip_is_made_in_the_post_of_a_forum(emulator: Emulator) -> None:
    (guild,) = emulator.world.bot_guilds()
    forum = emulator.moderation.create_channel(guild, "forum", ChannelType.GUILD_FORUM)
    post = emulator.moderation.create_thread(forum, "my clips")
    async with Human.connect(emulator.url, channel="my clips") as you:
        clip = await finished(you, await ask(you, "a red circle", **QUICK))
        assert clip.channel_id == str(post.id)


async def test_alternatives_get_a_thread_where_messages_can_have_one(emulator: Emulator) -> None:
    (guild,) = emulator.world.bot_guilds()
    emulator.moderation.create_channel(guild, "news", ChannelType.GUILD_ANNOUNCEMENT)
    emulator.moderation.create_channel(guild, "lounge", ChannelType.GUILD_VOICE)
    async with Human.connect(emulator.url, channel="news") as you:
        answer = await ask(you, "a [red, blue] circle", **QUICK)
        thread = await thread_of(emulator, you, answer)
        assert thread.type is ChannelType.ANNOUNCEMENT_THREAD
        async with Human.connect(emulator.url, channel=thread.name) as inside:
            assert len(await results(inside, 2)) == 2
    async with Human.connect(emulator.url, channel="lounge") as you:
        await ask(you, "a [red, blue] circle", **QUICK)
        assert len(await results(you, 2)) == 2
