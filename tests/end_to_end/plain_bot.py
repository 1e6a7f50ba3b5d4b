"""`python -m bot` with the plain generator, and what starts that one."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot import app
from bot.__main__ import main
from generator import Generator
from generator.backends.local import LocalGenerator
from generator.backends.patience import Patience

PLAIN_GENERATOR = "tests.end_to_end.plain_generator"
"""The program; named, not imported, because a bot has no numpy and no PyAV."""


@asynccontextmanager
async def open_plain_generator(
    *,
    models_file: Path | None = None,
    request_timeout: float = 1800.0,
    stall_timeout: float = 600.0,
    **_: Any,
) -> AsyncGenerator[Generator]:
    """Stand in for `generator.open_generator`; what is of the device is left aside."""
    command = [sys.executable, "-m", PLAIN_GENERATOR]
    if models_file is not None:
        command.append(f"--models-file={models_file}")
    patience = Patience(clip=request_timeout, silence=stall_timeout)
    async with LocalGenerator(command, patience=patience) as generator:
        yield generator


if __name__ == "__main__":
    app.open_generator = open_plain_generator
    sys.exit(main())
