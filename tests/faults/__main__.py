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

from tests.faults.runs import Outcome, campaign, full_disk, walk, with_model
from tests.faults.small_disk import run_with_disk

Run = Callable[[Path, int], Coroutine[Any, Any, Outcome]]


def main() -> int:
    """Run what was chosen and return the exit status: 0 where nothing is wrong."""
    options = _parser().parse_args()
    runs: dict[str, Run] = {
        "campaign": lambda folder, seed: campaign(
            folder,
            seed,
            generator_kills=options.generator_kills,
            bot_kills=options.bot_kills,
        ),
        "walk": lambda folder, seed: walk(folder, seed, options.steps),
        "disk": lambda folder, seed: full_disk(folder, seed, options.full_disks),
        "model": lambda folder, seed: with_model(folder, seed, options.model_kills),
    }
    logging.disable()  # the emulator's; the bot writes its own
    if options.mounted is not None:
        return _run(runs["disk"], options.mounted, options.seed)
    print(f"seed {options.seed}", flush=True)
    with TemporaryDirectory() as temporary:
        statuses = [
            _run_in(options.keep or Path(temporary), name, run, options)
            for name, run in runs.items()
            if options.only in (None, name)
        ]
    return max(statuses)


def _run_in(parent: Path, name: str, run: Run, options: argparse.Namespace) -> int:
    folder = parent / name
    folder.mkdir(parents=True)
    if name != "disk":
        return _run(run, folder, options.seed)
    given = (f"--seed={options.seed}", f"--full-disks={options.full_disks}")
    command = (sys.executable, "-m", "tests.faults", f"--mounted={folder}", *given)
    status = run_with_disk(folder, command)
    if status is None:
        print("--- Full disk: left out, as nothing can be mounted here ---", flush=True)
    return status or 0


def _run(run: Run, folder: Path, seed: int) -> int:
    began = time.monotonic()
    outcome = asyncio.run(run(folder, seed))
    print(outcome.text, f"{time.monotonic() - began:.0f} seconds", sep="\n", flush=True)
    return int(bool(outcome.verdict.wrong))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--generator-kills", type=int, default=200)
    parser.add_argument("--bot-kills", type=int, default=50)
    parser.add_argument("--steps", type=int, default=2000, help="of the random walk")
    parser.add_argument("--full-disks", type=int, default=12, help="how often the disk is filled")
    parser.add_argument("--model-kills", type=int, default=5, help="of the built-in model")
    parser.add_argument("--only", choices=["campaign", "walk", "disk", "model"], help="one part")
    parser.add_argument("--keep", type=Path, help="a new folder for databases, clips and logs")
    parser.add_argument("--mounted", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
