"""Rate limits: for edits of old messages always, and in every bucket where they are asked for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.emulator.clock import Clock
from bot.emulator.demo import demo_world
from bot.emulator.entities import Channel, Message
from bot.emulator.rest.exchange import API, Exchange
from bot.emulator.server import Emulator, run_emulator
from tests.emulator.bots import Bot
from tests.emulator.conftest import point_discord_at
from tests.emulator.openapi import checked_traffic

HOUR = 3600.0


@pytest.fixture
def channel(emulator: Emulator) -> Channel:
    return emulator.world.channel_named("videos")


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
async def strict(
    clock: Clock, exchanges: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Emulator]:
    """An emulator that keeps the rate limits."""
    with checked_traffic() as check:

        def record(exchange: Exchange) -> None:
            exchanges.append(exchange)
            if check is not None:
                check(exchange)

        world = demo_world(clock)
        async with run_emulator(world=world, recorder=record, limits=True) as emulator:
            point_discord_at(emulator, monkeypatch)
            yield emulator


@asynccontextmanager
async def requesting(emulator: Emulator) -> AsyncGenerator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bot {emulator.token}"}
    async with aiohttp.ClientSession(emulator.url, headers=headers) as session:
        yield session


async def request(
    session: aiohttp.ClientSession, method: str, path: str, body: object = None
) -> tuple[aiohttp.ClientResponse, Any]:
    async with session.request(method, API + path, json=body) as response:
        return response, await response.json()


async def test_old_messages_are_edited_three_times_in_six_seconds(
    emulator: Emulator, clock: Clock, channel: Channel
) -> None:
    async with requesting(emulator) as session:
        messages = f"/channels/{channel.id}/messages"
        _, sent = await request(session, "POST", messages, {"content": "hello"})
        edit = ("PATCH", f"{messages}/{sent['id']}", {"content": "changed"})
        for _ in range(4):
            assert (await request(session, *edit))[0].status == 200
        clock.skip(HOUR + 1)
        for _ in range(3):
            assert (await request(session, *edit))[0].status == 200
        response, answer = await request(session, *edit)
        assert (response.status, answer["code"]) == (429, 30046)
        assert response.headers["Via"]
        clock.skip(answer["retry_after"])
        assert (await request(session, *edit))[0].status == 200


async def test_bucket_is_empty_after_five_messages_and_says_so(
    strict: Emulator, clock: Clock
) -> None:
    world = strict.world
    videos, general = (world.channel_named(name).id for name in ("videos", "general"))
    hello = {"content": "hello"}
    async with requesting(strict) as session:
        for used in range(1, 6):
            response, _ = await request(session, "POST", f"/channels/{videos}/messages", hello)
            assert response.headers["X-RateLimit-Limit"] == "5"
            assert response.headers["X-RateLimit-Remaining"] == str(5 - used)
        response, answer = await request(session, "POST", f"/channels/{videos}/messages", hello)
        assert response.status == 429
        assert response.headers["X-RateLimit-Scope"] == "user"
        assert 0 < answer["retry_after"] <= 5
        assert not answer["global"]
        elsewhere, _ = await request(session, "POST", f"/channels/{general}/messages", hello)
        assert elsewhere.status == 200
        clock.skip(answer["retry_after"])
        again, _ = await request(session, "POST", f"/channels/{videos}/messages", hello)
        assert again.status == 200


async def test_bot_makes_fifty_requests_a_second(
    strict: Emulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    async with requesting(strict) as session:
        for _ in range(50):
            assert (await request(session, "GET", "/users/@me"))[0].status == 200
        response, answer = await request(session, "GET", "/users/@me")
    assert response.status == 429
    assert answer["global"]
    assert response.headers["X-RateLimit-Global"] == "true"


async def test_discord_py_waits_for_its_bucket_by_the_headers(
    strict: Emulator, bot: Bot, exchanges: list[Exchange]
) -> None:
    world = strict.world
    channel = world.channel_named("videos")
    sent = [Message(world.new_id(), channel, world.bot, content="hello") for _ in range(6)]
    channel.messages |= {message.id: message for message in sent}
    async with bot:
        await bot.login(strict.token)
        target = bot.get_partial_messageable(channel.id)
        for message in sent:
            await target.get_partial_message(message.id).delete()
    assert [exchange.status for exchange in exchanges if exchange.method == "DELETE"] == [204] * 6
