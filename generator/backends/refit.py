"""Making a finished clip smaller, in a process of its own: the generator is busy with others."""

import asyncio
import contextlib
import sys
from pathlib import Path

import msgspec

from generator.errors import GenerationError
from generator.protocol import Upload


async def refit_clip(full: Path, folder: Path, max_bytes: int) -> Upload:
    """Write a file of at most `max_bytes` that shows the same clip into the folder.

    Takes as long as encoding does. Raises `GenerationError` if nothing fits.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "generator", "fit", full, folder, str(max_bytes)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        answer, complaint = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise GenerationError("invalid", complaint.decode(errors="replace").strip())
    return msgspec.json.decode(answer, type=Upload)
