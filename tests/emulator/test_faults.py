"""Faults hit the requests they are meant for, as discord.py sees them, and are counted."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import aiohttp
import discord
import pytest

from bot.emulator import effects, errors
from bot.emulator.driver import Human
from bot.emulator.effects import Effect, Hold
from bot.emulator.faults import EventFault, Fault, Faults
from bot.emulator.rest.exchange import API
from bot.emulator.server import Emulator
from bot.emulator.uploads import Body
from tests.emulator.bots import Bot, Interaction, online
from tests.emulator.openapi import Checker, openapi_checker

CODES = [
    *(10003, 10008, 10015, 10062, 20009, 40005, 40060, 40094, 50001, 50007, 50013, 50027),
    *(50083, 50278, 130000, 160002, 160005, 240000),
]
RATE_LIMITS = [20016, 20028, 30046]

Send = Callable[[str], Coroutine[Any, Any, discord.Message]]


@pytest.fixture
async def send(emulator: Emulator, bot: Bot) -> AsyncGenerator[Send]:
    """Send a message to #videos, always with the same nonce, from a bot without a gateway."""
    async with bot:
        await bot.login(emulator.token)
        channel = bot.get_partial_messageable(emulator.world.channel_named("videos").id)

        async def send(content: str) -> discord.Message:
            return await channel.send(content, nonce="the same")

        yield send


def arm(emulator: Emulator, effect: Effect) -> None:
    """Let the next message that the bot sends meet an effect."""
    emulator.faults.add(Fault(name="fault", effect=effect, method="POST", path="messages"))


def contents(emulator: Emulator) -> list[str]:
    return [message.content for message in emulator.world.channel_named("videos").history()]


@pytest.mark.parametrize("code", CODES)
async def test_any_error_can_be_answered_by_its_code(
    emulator: Emulator, send: Send, code: int
) -> None:
    arm(emulator, effects.refusal(errors.known(code)))
    with pytest.raises(discord.HTTPException) as refused:
        await send("hello")
    assert refused.value.code == code
    assert contents(emulator) == []
    await send("hello again")
    assert contents(emulator) == ["hello again"]


async def test_form_errors_name_their_place(emulator: Emulator, send: Send) -> None:
    arm(emulator, effects.refusal(errors.invalid(["content"], "TOO_RUDE", "Be kind.")))
    with pytest.raises(discord.HTTPException, match=r"In content: Be kind\."):
        await send("hello")


@pytest.mark.parametrize("code", RATE_LIMITS)
async def test_a_rate_limit_by_its_code_is_waited_for(
    emulator: Emulator, send: Send, code: int
) -> None:
    arm(emulator, effects.refusal(errors.known(code, retry_after=0.01)))
    await send("hello")
    assert contents(emulator) == ["hello"]
    assert emulator.faults.counts["fault"] == 1


async def test_a_client_that_dies_in_the_middle_of_an_upload_leaves_nothing(
    emulator: Emulator, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    channel_id = emulator.world.channel_named("videos").id
    head = (
        f"POST {API}/channels/{channel_id}/messages HTTP/1.1",
        f"Host: 127.0.0.1:{emulator.port}",
        f"Authorization: Bot {emulator.token}",
        "Content-Type: multipart/form-data; boundary=b",
        "Content-Length: 1000",
        "",
        '--b\r\nContent-Disposition: form-data; name="files[0]"; filename="a"\r\n\r\nthe beginning',
    )
    _, writer = await asyncio.open_connection("127.0.0.1", emulator.port)
    writer.write("\r\n".join(head).encode())
    await writer.drain()
    writer.transport.abort()
    await send("hello")
    assert contents(emulator) == ["hello"]
    assert caplog.records == []


async def test_a_global_rate_limit_is_waited_for(emulator: Emulator, send: Send) -> None:
    arm(emulator, effects.refusal(errors.rate_limited(0.01, is_global=True)))
    await send("hello")
    assert contents(emulator) == ["hello"]


@pytest.mark.parametrize(
    ("effect", "status"),
    [
        (effects.banned(), 429),
        (effects.refusal(errors.rate_limited(60.0), via=False), 429),
        (effects.unavailable(503), 503),
    ],
)
async def test_a_hopeless_answer_is_an_error_at_once(
    emulator: Emulator, send: Send, effect: Effect, status: int
) -> None:
    arm(emulator, effect)
    with pytest.raises(discord.HTTPException) as refused:
        await send("hello")
    assert refused.value.status == status
    assert contents(emulator) == []


async def test_discord_py_tries_again_after_an_error_of_the_server(
    emulator: Emulator, send: Send
) -> None:
    """It cannot know whether the message was made, so without a nonce it would make two."""
    arm(emulator, effects.afterwards(effects.unavailable(502)))
    await send("hello")
    assert contents(emulator) == ["hello"]


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        (effects.reset, aiohttp.ClientOSError),
        (effects.hang_up, aiohttp.ServerDisconnectedError),
    ],
)
async def test_a_connection_breaks_before_the_request_is_handled(
    emulator: Emulator, send: Send, effect: Effect, error: type[Exception]
) -> None:
    arm(emulator, effect)
    with pytest.raises(error):
        await send("hello")
    assert contents(emulator) == []


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        (effects.afterwards(effects.reset), aiohttp.ClientOSError),
        (effects.afterwards(effects.hang_up), aiohttp.ServerDisconnectedError),
        (effects.cut_short, aiohttp.ClientPayloadError),
    ],
)
async def test_an_answer_is_lost_and_the_nonce_finds_the_message_again(
    emulator: Emulator, send: Send, effect: Effect, error: type[Exception]
) -> None:
    arm(emulator, effect)
    with pytest.raises(error):
        await send("hello")
    assert contents(emulator) == ["hello"]
    found = await send("hello")
    assert contents(emulator) == ["hello"]
    assert emulator.world.find_message(found.id) is not None


async def test_a_deletion_whose_answer_is_lost_is_repeated_and_finds_nothing(
    emulator: Emulator, send: Send
) -> None:
    sent = await send("hello")
    lost = effects.afterwards(effects.reset)
    emulator.faults.add(Fault(name="fault", effect=lost, method="DELETE"))
    with pytest.raises(discord.NotFound) as gone:
        await sent.delete()
    assert gone.value.code == 10008


@pytest.mark.parametrize(
    ("effect", "made"),
    [(effects.silence, []), (effects.afterwards(effects.silence), ["hello"])],
)
async def test_an_answer_never_comes(
    emulator: Emulator, send: Send, effect: Effect, made: list[str]
) -> None:
    arm(emulator, effect)
    sending = asyncio.create_task(send("hello"))
    await emulator.faults.happened("fault")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sending, 0.05)
    assert contents(emulator) == made


async def test_a_request_is_held_while_the_world_changes(emulator: Emulator, send: Send) -> None:
    hold = Hold()
    arm(emulator, hold)
    sending = asyncio.create_task(send("hello"))
    await hold.arrived.wait()
    assert contents(emulator) == []
    hold.release()
    assert (await sending).content == "hello"


async def test_a_slow_answer_comes(emulator: Emulator, send: Send) -> None:
    arm(emulator, effects.slow(0.01))
    assert (await send("hello")).content == "hello"


async def test_a_fault_hits_what_its_path_and_its_body_say(emulator: Emulator, send: Send) -> None:
    def mentions_spam(body: Body) -> bool:
        return "spam" in body.json["content"]

    blocked = effects.refusal(errors.known(240000))
    nowhere = Fault(name="elsewhere", effect=effects.reset, path="/webhooks/*/*", times=None)
    spam = Fault(name="spam", effect=blocked, path="/channels/*/messages", when=mentions_spam)
    emulator.faults.add(nowhere, spam)
    await send("ham")
    with pytest.raises(discord.HTTPException):
        await send("spam")
    assert [tuple(found) for found in emulator.faults.log] == [
        ("spam", "POST /channels/{channel_id}/messages")
    ]


async def test_a_fault_begins_late_and_ends(emulator: Emulator, send: Send) -> None:
    refused = effects.refusal(errors.missing_access())
    emulator.faults.add(Fault(name="fault", effect=refused, skip=1, times=2))
    outcomes: list[bool] = []
    for _ in range(4):
        try:
            await send("hello")
        except discord.Forbidden:
            outcomes.append(False)
        else:
            outcomes.append(True)
    assert outcomes == [True, False, False, True]


def test_chance_is_the_same_for_the_same_seed() -> None:
    def chances(seed: int) -> list[int]:
        faults = Faults(seed)
        faults.add(EventFault(name="twice", probability=0.5, times=None))
        return [faults.copies_of("INTERACTION_CREATE") for _ in range(50)]

    assert chances(1) == chances(1) != chances(2)
    assert 0 < chances(1).count(2) < 50


async def test_an_interactions_token_is_not_in_the_record(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    tokens: list[str] = []

    @bot.tree.command(description="Say pong")
    async def ping(interaction: Interaction) -> None:
        tokens.append(interaction.token)
        await interaction.response.send_message("pong")
        await interaction.edit_original_response(content="pong again")

    emulator.faults.add(
        Fault(name="edit", effect=effects.slow(0), method="PATCH", path="messages/@original")
    )
    async with online(bot, emulator):
        await you.command("ping")
        await emulator.faults.happened("edit")
    assert tokens[0] not in str(emulator.faults.log)


@pytest.mark.parametrize("code", [*CODES, *RATE_LIMITS])
def test_errors_are_shaped_as_discord_documents_them(code: int) -> None:
    checker = _checker()
    error = errors.known(code)
    schema = "RatelimitedResponse" if error.status == 429 else "ErrorResponse"
    assert checker.faults(schema, error.payload) == []


def _checker() -> Checker:
    checker = openapi_checker()
    if checker is None:
        pytest.skip("DISCORD_OPENAPI names no document")
    return checker
