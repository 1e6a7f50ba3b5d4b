"""Files by their links: whole, in ranges, and no longer once the link has expired."""

import io
import struct
from collections.abc import AsyncGenerator

import aiohttp
import discord
import pytest

from bot.emulator import media
from bot.emulator.clock import Clock
from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from tests.emulator.bots import Bot, online

DATA = bytes(range(100))


@pytest.fixture
async def link(emulator: Emulator, bot: Bot) -> str:
    """Where a clip of 100 bytes can be fetched."""
    channel_id = emulator.world.channel_named("videos").id
    async with online(bot, emulator):
        clip = discord.File(io.BytesIO(DATA), "my clip.mp4")
        sent = await bot.get_partial_messageable(channel_id).send(file=clip)
    return sent.attachments[0].url


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_whole_file_plays_inline(session: aiohttp.ClientSession, link: str) -> None:
    async with session.get(link) as response:
        assert await response.read() == DATA
        assert response.headers["Content-Type"] == "video/mp4"
        assert response.headers["Content-Disposition"] == "inline"
        assert response.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-", 0, 99), ("bytes=10-19", 10, 19), ("bytes=-5", 95, 99), ("bytes=90-200", 90, 99)],
)
async def test_range_lets_a_video_seek(
    session: aiohttp.ClientSession, link: str, asked: str, first: int, last: int
) -> None:
    async with session.get(link, headers={"Range": asked}) as response:
        assert response.status == 206
        assert response.headers["Content-Range"] == f"bytes {first}-{last}/100"
        assert await response.read() == DATA[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=9-1", "clips=1-2"])
async def test_impossible_range_is_416(
    session: aiohttp.ClientSession, link: str, asked: str
) -> None:
    async with session.get(link, headers={"Range": asked}) as response:
        assert response.status == 416
        assert response.headers["Content-Range"] == "bytes */100"


async def test_link_expires(
    session: aiohttp.ClientSession, link: str, clock: Clock, you: Human
) -> None:
    clock.skip(25 * 3600)
    async with session.get(link) as response:
        assert response.status == 404
    async with session.get(link.replace("ex=", "ex=f")) as response:
        assert response.status == 404


def test_content_type_comes_from_the_name() -> None:
    assert media.content_type("clip.mp4") == "video/mp4"
    assert media.content_type("frame.png") == "image/png"
    assert media.content_type("strange.zzz") == "application/octet-stream"


PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 320, 200)
GIF = b"GIF89a" + struct.pack("<HH", 32, 20)
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 20, 32) + b"\0" * 4


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (PNG, "image/png", (320, 200)),
        (GIF, "image/gif", (32, 20)),
        (JPEG, "image/jpeg", (32, 20)),
        (b"\x89PNG", "image/png", None),
        (b"", "image/jpeg", None),
        (b"text", "text/plain", None),
        (b"tkhd", "video/mp4", None),
    ],
)
def test_picture_size(data: bytes, kind: str, size: tuple[int, int] | None) -> None:
    assert media.picture_size(data, kind) == size
