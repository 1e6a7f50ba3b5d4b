"""The lesson's pictures: each drawn once, by a process of its own, and kept in a folder.

A picture's file is named by all that decides how it looks: its description, and the code that
draws it. So a new version of the bot, or other words, draw it anew.
"""

import asyncio
import hashlib
import io
import logging
import os
import sys
from functools import lru_cache
from pathlib import Path

import aiofiles
import aiofiles.os
import discord
import msgspec

import bot.explainer
from bot.explainer.picture import NO_FONT, Picture

_log = logging.getLogger(__name__)
_PATIENCE = 60.0  # seconds; on a busy machine, matplotlib may first have to look for fonts
_MATPLOTLIB = "matplotlib"


class _NoFontError(Exception):
    """No installed font has the letters of a picture's words."""


class Gallery:
    """Draws and keeps pictures in a folder; one is drawn at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drawing = asyncio.Lock()
        self._without_font: set[str] = set()

    async def file(self, picture: Picture, alt_text: str) -> discord.File | None:
        """Return a picture to attach, or None where it cannot be drawn, which is logged."""
        try:
            content = await self._content(picture)
        except (OSError, TimeoutError) as error:
            _log.error("the picture %s cannot be drawn: %s", picture.name, error)
            return None
        filename = f"{picture.name}-{picture.theme}.png"
        return discord.File(io.BytesIO(content), filename, description=alt_text)

    async def _content(self, picture: Picture) -> bytes:
        """Return a PNG, in English where no font has the letters of the reader's language.

        Raises `OSError` or `TimeoutError` if it is not there and not drawn.
        """
        name = _digest(picture)
        if name not in self._without_font:
            try:
                return await self._kept(picture)
            except _NoFontError:
                self._without_font.add(name)  # it is tried again after the next start
                _log.warning(
                    "no font has the letters of this language: the picture %s stays in English "
                    "(install Noto Sans CJK JP and Noto Sans Devanagari)",
                    picture.name,
                )
        return await self._kept(msgspec.structs.replace(picture, words=picture.english))

    async def _kept(self, picture: Picture) -> bytes:
        path = self._folder / f"{_digest(picture)}.png"
        if not await aiofiles.os.path.exists(path):
            async with self._drawing:
                if not await aiofiles.os.path.exists(path):
                    await self._draw(picture, path)
        async with aiofiles.open(path, "rb") as file:
            return await file.read()

    async def _draw(self, picture: Picture, path: Path) -> None:
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.explainer.drawing",
            str(path),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            # matplotlib keeps its list of fonts there; the home of a service may not be writable
            env=os.environ | {"MPLCONFIGDIR": str(self._folder / _MATPLOTLIB)},
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                _, complaint = await process.communicate(msgspec.json.encode(picture))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode == NO_FONT:
            raise _NoFontError
        if process.returncode != 0:
            raise OSError(complaint.decode(errors="replace")[-500:])


def _digest(picture: Picture) -> str:
    return hashlib.sha256(msgspec.json.encode(picture) + _code()).hexdigest()[:20]


@lru_cache
def _code() -> bytes:
    """Return a digest of the modules that draw."""
    package = Path(bot.explainer.__file__).parent
    modules = [package / "diffusion.py", *sorted((package / "drawing").glob("*.py"))]
    return hashlib.sha256(b"".join(module.read_bytes() for module in modules)).digest()
