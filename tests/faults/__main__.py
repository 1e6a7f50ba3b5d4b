"""`python -m tests.faults`: the whole fault suite, with its figures."""

import argparse
import asyncio
import logging
import secrets
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.faults.runs import Outcome, campaign, walk

Run = Callable[[Path, int], Coroutine[Any, Any, Outcome]]


def main() -> int:
    """Run what was chosen and return the exit status: 0 where nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--generator-kills", type=int, default=200)
    parser.add_argument("--bot-kills", type=int, default=50)
    parser.add_argument("--steps", type=int, default=2000, help="of the random walk")
    parser.add_argument("--only", choices=["campaign", "walk"], help="one part")
    parser.add_argument("--keep", type=Path, help="a new folder for databases, clips and logs")
    options = parser.parse_args()
    runs: dict[str, Run] = {
        "campaign": lambda folder, seed: campaign(
            folder, seed, options.generator_kills, options.bot_kills
        ),
        "walk": lambda folder, seed: walk(folder, seed, options.steps),
    }
    logging.disable()  # the emulator's; the bot writes its own
    print(f"seed {options.seed}", flush=True)
    with TemporaryDirectory() as temporary:
        failures = [
            _run(name, run, options.keep or Path(temporary), options.seed)
            for name, run in runs.items()
            if options.only in (None, name)
        ]
    return int(any(failures))


def _run(name: str, run: Run, folder: Path, seed: int) -> bool:
    began = time.monotonic()
    (folder / name).mkdir(parents=True)
    outcome = asyncio.run(run(folder / name, seed))
    print(outcome.text, f"{time.monotonic() - began:.0f} seconds", sep="\n", flush=True)
    return bool(outcome.verdict.wrong)


if __name__ == "__main__":
    sys.exit(main())
