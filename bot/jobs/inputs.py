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

_CLIPS = ("continues", "upscales", "smooths")


def with_own_clip(wish: Wish, output_path: str) -> Wish:
    """Return a wish that goes on from, makes larger, or smooths, files beside the new clip."""
    path = Path(output_path)
    own = str(path.with_suffix(".source.mp4"))
    return replace(
        wish,
        continues=wish.continues and own,
        upscales=wish.upscales and own,
        smooths=wish.smooths and str(path.with_suffix(".unsmoothed.mp4")),
    )


@contextlib.asynccontextmanager
async def kept_clip(wish: Wish, request: GenerationRequest) -> AsyncGenerator[None]:
    """Keep a wish's clips where its request has them, unless the block fails.

    Raises `Refusal` where one is not there any more.
    """
    kept = [
        (source, own)
        for name in _CLIPS
        if (source := getattr(wish, name)) is not None
        and (own := getattr(request, name)) is not None
    ]
    try:
        for source, own in kept:
            await _keep(source, own)
        yield
    except Exception:
        for _, own in kept:
            await asyncio.to_thread(Path(own).unlink, missing_ok=True)
        raise


async def _keep(source: str, own: str) -> None:
    try:
        await asyncio.to_thread(link_file, source, own)
    except FileNotFoundError:
        raise Refusal(refusals.SOURCE_GONE) from None


def remove_inputs(request: GenerationRequest) -> None:
    """Remove what a clip was made from; raises `OSError`."""
    for name in ("image_path", *_CLIPS):
        if (path := getattr(request, name)) is not None:
            Path(path).unlink(missing_ok=True)


def link_file(file: str, name: str) -> None:
    """Give a file a second name, or copy it where the file system cannot."""
    try:
        os.link(file, name)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(file, name)
