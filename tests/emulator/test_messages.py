"""Messages by the channel route: files kept and replaced, nonces, mentions, permissions."""

import io
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.emulator.clock import Clock
from bot.emulator.driver import Human
from bot.emulator.entities import Channel, Overwrite
from bot.emulator.permissions import Permission
from bot.emulator.rest.exchange import API
from bot.emulator.server import Emulator
from bot.emulator.sessions import Intent
from bot.emulator.shown import Message
from tests.emulator.bots import Bot, online


@pytest.fixture
def channel(emulator: Emulator) -> Channel:
    return emulator.world.channel_named("videos")


def file(name: str, data: bytes = b"data") -> discord.File:
    return discord.File(io.BytesIO(data), name)


def deny(emulator: Emulator, channel: Channel, denied: Permission) -> None:
    """Take permissions from the bot in one channel."""
    channel.overwrites.append(Overwrite(emulator.world.bot.id, is_member=True, deny=denied))


async def test_message_is_sent_edited_and_deleted(
    emulator: Emulator, bot: Bot, you: Human, channel: Channel
) -> None:
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        sent = await target.send("one")
        await target.get_partial_message(sent.id).edit(content="two")
        edited = await you.wait_for(lambda message: message.content == "two")
        assert edited.edited_timestamp is not None
        await target.get_partial_message(sent.id).delete()
        await you.wait_deleted(edited.id)
        with pytest.raises(discord.NotFound) as unknown:
            await target.get_partial_message(sent.id).edit(content="three")
    assert unknown.value.code == 10008


async def test_edit_keeps_files_unless_it_lists_them(
    emulator: Emulator, bot: Bot, you: Human, channel: Channel
) -> None:
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        sent = await target.send(files=[file("a.txt"), file("b.txt")])
        partial = target.get_partial_message(sent.id)
        kept = await partial.edit(content="kept")
        assert [attachment.filename for attachment in kept.attachments] == ["a.txt", "b.txt"]
        one = await partial.edit(attachments=[kept.attachments[1], file("c.txt")])
        assert [attachment.filename for attachment in one.attachments] == ["b.txt", "c.txt"]
        assert one.attachments[0].id == kept.attachments[1].id
        none = await partial.edit(attachments=[])
        assert none.attachments == []


async def test_same_nonce_makes_one_message(
    emulator: Emulator, bot: Bot, channel: Channel, clock: Clock
) -> None:
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        first = await target.send("result", nonce="job-1")
        again = await target.send("result", nonce="job-1")
        other = await target.send("result", nonce="job-2")
        clock.skip(600)
        later = await target.send("result", nonce="job-1")
    assert first.id == again.id
    assert len({first.id, other.id, later.id}) == 3


async def test_nonce_is_remembered_when_its_message_is_deleted(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        sent = await target.send("result", nonce="job-1")
        await sent.delete()
        with pytest.raises(discord.NotFound) as gone:
            await target.send("result", nonce="job-1")
    assert gone.value.code == 10008


async def test_mentions_follow_allowed_mentions(
    emulator: Emulator, bot: Bot, you: Human, ada: Human, channel: Channel
) -> None:
    text = f"<@{you.id}> and <@{ada.id}> and @everyone"
    only_you = discord.AllowedMentions(users=[discord.Object(int(you.id))], everyone=False)
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        loud = await target.send(text)
        quiet = await target.send(text, allowed_mentions=discord.AllowedMentions.none())
        picked = await target.send(text, allowed_mentions=only_you)
    assert {user.name for user in loud.mentions} == {"you", "ada"}
    assert loud.mention_everyone
    assert quiet.mentions == []
    assert not quiet.mention_everyone
    assert [user.name for user in picked.mentions] == ["you"]


async def test_mentions_are_allowed_as_a_whole_or_one_by_one(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    both = {"parse": ["users"], "users": [str(emulator.world.user_named("ada").id)]}
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel.id)
    async with online(bot, emulator):
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.request(route, json={"content": "hi", "allowed_mentions": both})
    assert refused.value.code == 50035


async def test_reply_refers_to_its_message(
    emulator: Emulator, bot: Bot, you: Human, channel: Channel
) -> None:
    said = await you.say("hello")
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        reply = await target.send("hi", reference=target.get_partial_message(int(said.id)))
        gone = target.get_partial_message(123)
        with pytest.raises(discord.HTTPException) as unknown:
            await target.send("hi", reference=gone.to_reference(fail_if_not_exists=True))
        await target.send("hi", reference=gone.to_reference(fail_if_not_exists=False))
    assert isinstance(reply.reference, discord.MessageReference)
    assert reply.reference.message_id == int(said.id)
    assert [user.name for user in reply.mentions] == ["you"]
    assert unknown.value.code == 50035


async def test_history_is_newest_first_without_ephemeral_messages(
    emulator: Emulator, bot: Bot, you: Human, channel: Channel
) -> None:
    emulator.world.application.privileged_intents |= Intent.MESSAGE_CONTENT
    for text in ("one", "two", "three"):
        await you.say(text)
    async with online(bot, emulator):
        target = await bot.fetch_channel(channel.id)
        assert isinstance(target, discord.TextChannel)
        found = [message async for message in target.history(limit=2)]
    assert [message.type for message in found] == [discord.MessageType.default] * 2
    assert [message.content for message in found] == ["three", "two"]


async def test_history_goes_before_after_and_around_a_message(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    async with online(bot, emulator):
        target = await bot.fetch_channel(channel.id)
        assert isinstance(target, discord.TextChannel)
        sent = [await target.send(text) for text in "abcde"]

        async def found(**which: Any) -> str:
            return "".join([message.content async for message in target.history(**which)])

        assert await found(before=sent[3], limit=2) == "cb"
        assert await found(after=sent[1], limit=2) == "cd"
        assert await found(around=sent[2], limit=3) == "dcb"
        assert (await target.fetch_message(sent[0].id)).content == "a"
    assert all(message.nonce is not None for message in sent)
    assert (await _history(emulator, channel, "limit=1"))[0].get("nonce") is None
    assert (await _history(emulator, channel, "limit=101"))["code"] == 50035


async def test_history_is_empty_without_the_permission_to_read_it(
    emulator: Emulator, you: Human, channel: Channel
) -> None:
    await you.say("hello")
    deny(emulator, channel, Permission.READ_MESSAGE_HISTORY)
    assert await _history(emulator, channel, "limit=1") == []


async def test_history_hides_the_words_of_others_from_an_app_that_may_not_read_them(
    emulator: Emulator, you: Human, channel: Channel
) -> None:
    await you.say("not for the bot")
    assert (await _history(emulator, channel, "limit=1"))[0]["content"] == ""
    await you.say(f"<@{emulator.world.bot.id}> for the bot")
    assert "for the bot" in (await _history(emulator, channel, "limit=1"))[0]["content"]


async def _history(emulator: Emulator, channel: Channel, query: str) -> Any:
    headers = {"Authorization": f"Bot {emulator.token}"}
    path = f"{emulator.url}{API}/channels/{channel.id}/messages?{query}"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(path) as response,
    ):
        return await response.json()


@pytest.mark.parametrize(
    ("denied", "message", "code"),
    [
        (Permission.VIEW_CHANNEL, {"content": "hi"}, 50001),
        (Permission.SEND_MESSAGES, {"content": "hi"}, 50013),
        (Permission.ATTACH_FILES, {"content": "hi", "file": "a.txt"}, 50013),
        (Permission.EMBED_LINKS, {"embed": discord.Embed(title="hi")}, 50013),
    ],
)
async def test_missing_permission_is_refused_by_its_code(
    emulator: Emulator,
    bot: Bot,
    channel: Channel,
    denied: Permission,
    message: dict[str, Any],
    code: int,
) -> None:
    deny(emulator, channel, denied)
    if "file" in message:
        message = {**message, "file": file(message["file"])}
    async with online(bot, emulator):
        with pytest.raises(discord.Forbidden) as refused:
            await bot.get_partial_messageable(channel.id).send(**message)
    assert refused.value.code == code


async def test_without_the_permission_embeds_are_left_out(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    deny(emulator, channel, Permission.EMBED_LINKS)
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        sent = await target.send("hi", embed=discord.Embed(title="there"))
    assert sent.content == "hi"
    assert not sent.embeds


async def test_reply_needs_the_message_history(
    emulator: Emulator, bot: Bot, you: Human, channel: Channel
) -> None:
    said = await you.say("hello")
    deny(emulator, channel, Permission.READ_MESSAGE_HISTORY)
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id)
        with pytest.raises(discord.HTTPException) as refused:
            await target.send("hi", reference=target.get_partial_message(int(said.id)))
    assert refused.value.code == 160002


async def test_only_the_author_edits_a_message(
    emulator: Emulator, bot: Bot, you: Human, channel: Channel
) -> None:
    said = await you.say("mine")
    async with online(bot, emulator):
        target = bot.get_partial_messageable(channel.id).get_partial_message(int(said.id))
        with pytest.raises(discord.Forbidden) as edit:
            await target.edit(content="yours")
        with pytest.raises(discord.Forbidden) as delete:
            await target.delete()
    assert edit.value.code == 50005
    assert delete.value.code == 50013


async def test_unknown_channel_and_empty_message_are_refused(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    async with online(bot, emulator):
        with pytest.raises(discord.NotFound) as unknown:
            await bot.get_partial_messageable(123).send("hi")
        with pytest.raises(discord.HTTPException) as empty:
            await bot.get_partial_messageable(channel.id).send("")
    assert unknown.value.code == 10003
    assert empty.value.code == 50006


async def test_direct_message_reaches_its_recipient_alone(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    async with online(bot, emulator):
        user = await bot.fetch_user(int(ada.id))
        await user.send("for you alone")
        received = await ada.wait_for(lambda message: message.content == "for you alone")
    assert await _texts(emulator, "ada", received) == ["for you alone"]
    assert "for you alone" not in [message.content for message in you.messages.values()]


async def _texts(emulator: Emulator, username: str, message: Message) -> list[str]:
    """What a user who connects later finds in the message's channel."""
    async with Human.connect(emulator.url, username=username, channel="zoetrope") as later:
        assert later.channel_id == message.channel_id
        return [seen.content for seen in later.messages.values()]


async def test_closed_direct_messages_are_50007(emulator: Emulator, bot: Bot, ada: Human) -> None:
    emulator.world.users[int(ada.id)].accepts_direct_messages = False
    async with online(bot, emulator):
        user = await bot.fetch_user(int(ada.id))
        with pytest.raises(discord.Forbidden) as refused:
            await user.send("hello")
    assert refused.value.code == 50007


async def test_bot_sees_the_words_of_messages_only_when_they_concern_it(
    emulator: Emulator, you: Human
) -> None:
    bot = Bot(intents=discord.Intents(guilds=True, guild_messages=True))
    seen: list[str] = []

    @bot.event
    async def on_message(message: discord.Message) -> None:
        seen.append(message.content)
        if len(seen) == 2:
            await message.channel.send("both seen")

    async with online(bot, emulator):
        await you.say("not for the bot")
        await you.say(f"<@{emulator.world.bot.id}> for the bot")
        await you.wait_for(lambda message: message.content == "both seen")
    assert seen[:2] == ["", f"<@{emulator.world.bot.id}> for the bot"]


async def test_typing_shows(emulator: Emulator, bot: Bot, you: Human, channel: Channel) -> None:
    async with online(bot, emulator):
        await bot.get_partial_messageable(channel.id).typing()
        await you.wait_typing()


async def test_a_message_begins_a_thread_that_has_its_id_once(
    emulator: Emulator, bot: Bot, channel: Channel
) -> None:
    async with online(bot, emulator):
        place = bot.get_channel(channel.id)
        assert isinstance(place, discord.TextChannel)
        sent = await place.send("nine of them")
        thread = await sent.create_thread(name="all nine")
        assert (thread.id, thread.name, thread.parent_id) == (sent.id, "all nine", channel.id)
        posted = await thread.send("the first")
        assert posted.channel.id == thread.id
        with pytest.raises(discord.HTTPException) as twice:
            await sent.create_thread(name="again")
        assert twice.value.code == 160004
        with pytest.raises(discord.HTTPException) as inside:
            await posted.create_thread(name="inside")
        assert inside.value.code == 50024
        deny(emulator, channel, Permission.CREATE_PUBLIC_THREADS)
        other = await place.send("more")
        with pytest.raises(discord.Forbidden) as forbidden:
            await other.create_thread(name="not here")
        assert forbidden.value.code == 50013
    async with Human.connect(emulator.url, channel="all nine") as human:
        assert [message.content for message in human.messages.values()] == ["the first"]
