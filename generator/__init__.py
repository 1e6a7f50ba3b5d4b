"""Text in, video out: the door of the generator.

Importing this loads no torch. The work happens in a child process that `open_generator` starts.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from generator.backends import Generator
from generator.backends.local import LocalGenerator
from generator.catalogue import Catalogue, ModelSpec, Settings
from generator.errors import (
    GenerationError,
    GeneratorError,
    GeneratorUnavailableError,
    UnknownModelError,
)
from generator.models import load_catalogue
from generator.protocol import (
    Cancel,
    Cancelled,
    Command,
    Completed,
    Event,
    Failed,
    FailureReason,
    GenerationRequest,
    Progress,
    Ready,
    RequestEvent,
    Shutdown,
    Stage,
    Terminal,
)

__all__ = [
    "Cancel",
    "Cancelled",
    "Catalogue",
    "Command",
    "Completed",
    "Event",
    "Failed",
    "FailureReason",
    "GenerationError",
    "GenerationRequest",
    "Generator",
    "GeneratorError",
    "GeneratorUnavailableError",
    "ModelSpec",
    "Progress",
    "Ready",
    "RequestEvent",
    "Settings",
    "Shutdown",
    "Stage",
    "Terminal",
    "UnknownModelError",
    "load_catalogue",
    "open_generator",
]


@asynccontextmanager
async def open_generator(
    *,
    device: str | None = None,
    threads: int | None = None,
    preload: str | None = None,
    startup_timeout: float = 180.0,
    request_timeout: float = 1800.0,
) -> AsyncGenerator[Generator]:
    """Start a generator process and stop it in the end.

    Returns at once; the process is ready some seconds later (`wait_ready`). `device` is "cuda",
    "mps" or "cpu" (default: the best there is), `threads` limits the CPU's, `preload` names a model
    to load before the first request. Both timeouts are in seconds.
    """
    options = {"--device": device, "--threads": threads, "--preload": preload}
    arguments = [f"{name}={value}" for name, value in options.items() if value is not None]
    async with LocalGenerator(
        [sys.executable, "-m", "generator", *arguments],
        startup_timeout=startup_timeout,
        request_timeout=request_timeout,
    ) as generator:
        yield generator
