"""The server as a whole: who may call it, and what outlives it."""

import aiohttp
import pytest

from bot.emulator.demo import demo_world
from bot.emulator.driver import Human
from bot.emulator.rest.exchange import API
from bot.emulator.server import Emulator, run_emulator


def authorized(emulator: Emulator) -> dict[str, str]:
    return {"Authorization": f"Bot {emulator.token}"}


async def test_messages_outlive_the_server_with_their_world() -> None:
    world = demo_world()
    async with run_emulator(world=world) as emulator, Human.connect(emulator.url) as you:
        said = await you.say("still here")
        port = emulator.port
    async with run_emulator(port, world=world) as again, Human.connect(again.url) as you:
        assert [message.id for message in you.messages.values()] == [said.id]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://example.org"}, {"Origin": "null"}, {"Host": "rebound.example"}],
)
async def test_other_sites_cannot_act_for_the_person(
    emulator: Emulator, headers: dict[str, str]
) -> None:
    async with (
        aiohttp.ClientSession(emulator.url) as session,
        session.get("/human/state", headers=headers) as response,
    ):
        assert response.status == 403


async def test_own_page_may_act_for_the_person(emulator: Emulator) -> None:
    async with (
        aiohttp.ClientSession(emulator.url) as session,
        session.get("/human/state", headers={"Origin": emulator.url}) as response,
    ):
        assert response.status == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bot another-token"}])
async def test_api_needs_the_token(emulator: Emulator, headers: dict[str, str]) -> None:
    async with (
        aiohttp.ClientSession(emulator.url) as session,
        session.get(f"{API}/users/@me", headers=headers) as response,
    ):
        assert response.status == 401
        assert response.headers["Content-Type"] == "application/json"
        assert await response.json() == {"message": "401: Unauthorized", "code": 0}


async def test_unknown_route_is_a_404_in_json() -> None:
    async with (
        run_emulator() as emulator,
        aiohttp.ClientSession(emulator.url) as session,
        session.get(f"{API}/nowhere", headers=authorized(emulator)) as response,
    ):
        assert response.status == 404
        assert await response.json() == {"message": "404: Not Found", "code": 0}


async def test_body_that_is_not_json_is_50109(emulator: Emulator) -> None:
    channel_id = emulator.world.channel_named("videos").id
    async with (
        aiohttp.ClientSession(emulator.url) as session,
        session.post(
            f"{API}/channels/{channel_id}/messages",
            data="{",
            headers={**authorized(emulator), "Content-Type": "application/json"},
        ) as response,
    ):
        assert response.status == 400
        assert (await response.json())["code"] == 50109


async def test_page_is_served(emulator: Emulator) -> None:
    async with aiohttp.ClientSession(emulator.url) as session, session.get("/") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
