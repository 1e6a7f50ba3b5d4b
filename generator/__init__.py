"""Text in, video out: the door of the generator.

Importing this loads no torch. The work happens in a child process that `open_generator` starts.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from generator.backends import Generator
from generator.backends.enhancing import PromptEnhancer
from generator.backends.local import LocalGenerator
from generator.backends.patience import Patience
from generator.backends.refit import draw_thumbnails, refit_clip
from generator.catalogue import Catalogue
from generator.errors import (
    GenerationError,
    GeneratorError,
    GeneratorUnavailableError,
    ModelFileError,
    UnknownModelError,
)
from generator.files import thumbnail_of
from generator.models import load_catalogue
from generator.presets import PresetName, Settings
from generator.protocol import (
    Cancel,
    Cancelled,
    Command,
    Completed,
    Event,
    Failed,
    FailureReason,
    Filmstrip,
    GenerationRequest,
    Progress,
    Ready,
    RequestEvent,
    Shutdown,
    Stage,
    Terminal,
    Upload,
)
from generator.rules import smoother_fps
from generator.spec import ModelSpec
from generator.toml_lines import line_of

__all__ = [
    "Cancel",
    "Cancelled",
    "Catalogue",
    "Command",
    "Completed",
    "Event",
    "Failed",
    "FailureReason",
    "Filmstrip",
    "GenerationError",
    "GenerationRequest",
    "Generator",
    "GeneratorError",
    "GeneratorUnavailableError",
    "ModelFileError",
    "ModelSpec",
    "PresetName",
    "Progress",
    "PromptEnhancer",
    "Ready",
    "RequestEvent",
    "Settings",
    "Shutdown",
    "Stage",
    "Terminal",
    "UnknownModelError",
    "Upload",
    "draw_thumbnails",
    "line_of",
    "load_catalogue",
    "open_generator",
    "refit_clip",
    "smoother_fps",
    "thumbnail_of",
]


@asynccontextmanager
async def open_generator(
    *,
    device: str | None = None,
    threads: int | None = None,
    preload: str | None = None,
    models_file: Path | None = None,
    startup_timeout: float = 180.0,
    request_timeout: float = 1800.0,
    stall_timeout: float = 600.0,
) -> AsyncGenerator[Generator]:
    """Start a generator process and stop it in the end.

    Returns at once; the process is ready some seconds later (`wait_ready`). `device` is "cuda",
    "mps" or "cpu" (default: the best there is), `threads` limits the CPU's, `preload` names a model
    to load before the first request, `models_file` is what `load_catalogue` takes. The timeouts
    are in seconds: for the process to be ready, for a clip, and for a clip that is silent.
    """
    options = {
        "--device": device,
        "--threads": threads,
        "--preload": preload,
        "--models-file": models_file,
    }
    arguments = [f"{name}={value}" for name, value in options.items() if value is not None]
    async with LocalGenerator(
        [sys.executable, "-m", "generator", *arguments],
        startup_timeout=startup_timeout,
        patience=Patience(clip=request_timeout, silence=stall_timeout),
    ) as generator:
        yield generator
