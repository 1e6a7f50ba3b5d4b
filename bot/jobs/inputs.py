"""Clips that other clips are made from. Each job has its own, so that no deletion takes it away."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

from bot.errors import Refusal
from bot.jobs.wish import Wish
from bot.texts import refusals
from generator import GenerationRequest


def with_own_clip(wish: Wish, output_path: str) -> Wish:
    """Return a wish that goes on from, or makes larger, a file beside the new clip."""
    own = str(Path(output_path).with_suffix(".source.mp4"))
    return replace(wish, continues=wish.continues and own, upscales=wish.upscales and own)


@contextlib.asynccontextmanager
async def kept_clip(wish: Wish, request: GenerationRequest) -> AsyncGenerator[None]:
    """Keep a wish's clip where its request has it, unless the block fails.

    Raises `Refusal` where it is not there any more.
    """
    source, own = wish.continues or wish.upscales, request.continues or request.upscales
    if source is None or own is None:
        yield
        return
    try:
        await asyncio.to_thread(link_file, source, own)
    except FileNotFoundError:
        raise Refusal(refusals.SOURCE_GONE) from None
    try:
        yield
    except Exception:
        await asyncio.to_thread(Path(own).unlink, missing_ok=True)
        raise


def remove_inputs(request: GenerationRequest) -> None:
    """Remove what a clip was made from; raises `OSError`."""
    for path in (request.image_path, request.continues, request.upscales):
        if path is not None:
            Path(path).unlink(missing_ok=True)


def link_file(file: str, name: str) -> None:
    """Give a file a second name, or copy it where the file system cannot."""
    try:
        os.link(file, name)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(file, name)
