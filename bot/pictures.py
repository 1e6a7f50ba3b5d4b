"""Pictures that clips begin with: fetched from Discord, checked, and kept beside their clips.

Each job owns its picture, as `k7m2p.image.png`, so that it goes when the job's files go.
"""

import asyncio
import contextlib
import io
from dataclasses import replace
from math import gcd
from pathlib import Path

import aiohttp
import discord
import msgspec

from bot.errors import Refusal
from bot.jobs.inputs import link_file
from bot.jobs.wish import Wish
from bot.texts import refusals, wishes

TYPES = ("image/png", "image/jpeg", "image/webp")
MAX_BYTES = 20 * 2**20
MAX_PIXELS = 40_000_000
_LONGEST_EDGE = 2048
"""Pixels that are kept; models make smaller clips than that."""
_PATIENCE = 60.0
"""Seconds for a download."""


class Upload(msgspec.Struct, frozen=True):
    """What Discord says of a file that was sent."""

    filename: str
    url: str
    size: int
    content_type: str | None = None
    width: int | None = None
    height: int | None = None

    @classmethod
    def of(cls, attachment: discord.Attachment) -> "Upload":
        names = (field.name for field in msgspec.structs.fields(cls))
        return cls(**{name: getattr(attachment, name) for name in names})

    @property
    def is_picture(self) -> bool:
        """Whether a clip can begin with it."""
        return (self.content_type or "").partition(";")[0] in TYPES


def with_picture(wish: Wish, upload: Upload) -> Wish:
    """Let a clip begin with a picture, in its shape unless another was asked for.

    Raises `Refusal` for what is no picture, or too large a one, before it is fetched.
    """
    if not upload.is_picture:
        raise Refusal(wishes.not_a_picture(upload.filename))
    if upload.size > MAX_BYTES:
        raise Refusal(wishes.picture_too_heavy(upload.size, MAX_BYTES))
    width, height = upload.width or 0, upload.height or 0
    _check_pixels(width, height)
    shaped = wish.aspect is not None or wish.size is not None or not width or not height
    return replace(
        wish,
        image_url=upload.url,
        image_path=None,
        aspect=wish.aspect if shaped else _aspect(width, height),
    )


def _aspect(width: int, height: int) -> str:
    divisor = gcd(width, height)
    return f"{width // divisor}:{height // divisor}"


def picture_path(output_path: str) -> str:
    """Return where the picture of a clip is kept."""
    return str(Path(output_path).with_suffix(".image.png"))


async def fetch_picture(client: discord.Client, url: str, path: str) -> None:
    """Keep a picture of Discord's as a PNG, without what a camera wrote into it.

    Raises `Refusal` in words for the member.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            data = await client.http.get_from_cdn(url)
    except discord.NotFound:
        raise Refusal(wishes.PICTURE_GONE) from None
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Refusal(wishes.PICTURE_NOT_FETCHED) from error
    await asyncio.to_thread(keep_picture, data, Path(path))


async def copy_picture(source: str, path: str) -> None:
    """Keep another job's picture for one more. Raises `Refusal` where it is gone."""
    try:
        await asyncio.to_thread(link_file, source, path)
    except FileNotFoundError:
        raise Refusal(wishes.PICTURE_GONE) from None
    except OSError as error:
        raise Refusal(refusals.DISK_FULL) from error


def remove_picture(path: str | None) -> None:
    """Remove a kept picture, if there is one. Raises `OSError`."""
    if path is not None:
        Path(path).unlink(missing_ok=True)


def keep_picture(data: bytes, path: Path) -> None:
    """Write a picture as a PNG, upright and on white; blocks. Raises `Refusal`."""
    # loaded with the first picture, so that the bot starts without
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as opened:
            _check_pixels(*opened.size)
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((_LONGEST_EDGE, _LONGEST_EDGE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refusal(wishes.PICTURE_UNREADABLE) from None
    if picture.has_transparency_data:
        opaque = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(opaque, picture.convert("RGBA"))
    part = path.with_name(f"{path.name}.part")
    try:
        picture.convert("RGB").save(part, "PNG", exif=b"", icc_profile=None)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise Refusal(refusals.DISK_FULL) from error


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Refusal(wishes.picture_too_large(width, height, MAX_PIXELS))
