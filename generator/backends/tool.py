"""Work beside the generator, which is busy with clips, in a process of its own."""

import asyncio
import contextlib
import sys
from pathlib import Path

from generator.errors import GenerationError


async def run_tool(*arguments: str | Path, given: bytes = b"") -> bytes:
    """Run `python -m generator` with these arguments and this input, and return what it prints.

    The process is killed when the caller is cancelled. Raises `GenerationError` with its words.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "generator", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        answer, complaint = await process.communicate(given)
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise GenerationError("invalid", complaint.decode(errors="replace").strip())
    return answer
