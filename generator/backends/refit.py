"""Finished clips made smaller, and pictures of them."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from generator.backends.tool import run_tool
from generator.protocol import Upload


async def refit_clip(full: Path, folder: Path, max_bytes: int) -> Upload:
    """Write a file of at most `max_bytes` that shows the same clip into the folder.

    Takes as long as encoding does. Raises `GenerationError` if nothing fits.
    """
    return msgspec.json.decode(await run_tool("fit", full, folder, str(max_bytes)), type=Upload)


async def draw_thumbnails(clips: Sequence[Path]) -> None:
    """Write a thumbnail beside each clip, by the name of `generator.thumbnail_of`.

    Raises `GenerationError` where one cannot be made; the others are there nevertheless.
    """
    await run_tool("thumbnails", *clips)
