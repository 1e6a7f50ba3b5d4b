"""`python -m bot` with the plain generator and less patience: the same decisions, sooner."""

import os
import sys
from functools import partial
from types import ModuleType

from bot import answers, app
from bot.__main__ import main
from bot.delivery import delivery, message_writer, patience, traffic
from bot.disk import DiskGuard
from bot.jobs import run
from generator.backends import local
from tests.end_to_end.plain_bot import open_plain_generator

WITH_MODEL = "FAULTS_WITH_MODEL"
"""An environment variable: set, clips are made by the built-in model."""

_SHORTER: tuple[tuple[ModuleType, str, float], ...] = (
    (local, "_FIRST_DELAY", 0.02),
    (local, "_LONGEST_DELAY", 0.1),
    (patience, "CALL_TIMEOUT", 4.0),
    (patience, "_FIRST_PAUSE", 0.1),
    (patience, "_LONGEST_PAUSE", 1.0),
    (delivery, "_TIMEOUT", 4.0),
    (message_writer, "_PATIENCE", 6.0),
    (traffic, "_BAN_PAUSE", 0.5),
    (run, "_FIRST_PAUSE", 0.1),
    (run, "_LONGEST_PAUSE", 1.0),
    (answers, "_PATIENCE", 4.0),
)
"""Seconds of the bot's constants here."""


if __name__ == "__main__":
    for module, name, seconds in _SHORTER:
        assert hasattr(module, name), name
        setattr(module, name, seconds)
    app.DiskGuard = partial(DiskGuard, interval=0.5)
    if WITH_MODEL not in os.environ:
        app.open_generator = open_plain_generator
    sys.exit(main())
