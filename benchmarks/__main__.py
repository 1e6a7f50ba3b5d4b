"""What the process boundary, progress and encoding cost over the bare pipeline, and what is saved.

Ratios of one run on this machine, because seconds depend on it and on what else it does.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from msgspec import structs

from benchmarks import encoders, load, previews, waiting
from benchmarks.bare import Bare
from benchmarks.requests import Requests, run, run_all, run_singly
from benchmarks.table import Row, as_json, as_markdown, machine
from benchmarks.timing import Work, compare, time_in_turns
from generator import Generator, open_generator

_QUEUED = 8
_VARIATIONS = 4
_SHOWN = (
    "a red circle moving right on a white background",
    "a green star bouncing in the sea",
    "a big blue heart growing in the sunset",
)
_BARE = "bare pipeline call + export_to_video"
_ONE = "one request, end to end"
_QUEUE = f"a request of {_QUEUED} queued"
_EXTRAS = "one with a filmstrip"
_VARY = f"{_VARIATIONS} variations, queued"
_SINGLY = f"{_VARIATIONS} prompts, one after the other"
_COLD = "cold script"
_BOUNDARY = "  of it not in any stage"


async def measure(folder: Path, rounds: int) -> list[Row]:
    """Return all rows."""
    bare, requests = Bare(), Requests(folder)
    async with open_generator(device="cpu", preload="builtin") as generator:
        await generator.wait_ready()
        rows = await _compare_requests(bare, generator, requests, rounds)
        rows.append(await _compare_cold(generator, requests, folder))
    rows += await previews.compare_previews(requests, rounds)
    shown = [structs.replace(requests.fresh(), prompt=prompt, seed=1) for prompt in _SHOWN]
    clips = [bare.pictures(request) for request in shown]
    rows.append(await encoders.compare_speed(clips[0], folder, 4 * rounds))
    rows.append(encoders.compare_sizes(clips, folder))
    rows.append(await waiting.compare_waiting(requests, rounds))
    return rows + await load.measure(min(3, rounds))


async def _compare_requests(
    bare: Bare, generator: Generator, requests: Requests, rounds: int
) -> list[Row]:
    between: list[float] = []

    async def by_script() -> None:
        bare.clip(requests.fresh())

    async def through_us() -> None:
        began = asyncio.get_running_loop().time()
        clip = await run(generator, requests.fresh())
        between.append(asyncio.get_running_loop().time() - began - sum(clip.seconds.values()))

    async def with_extras() -> None:
        extras = structs.replace(requests.fresh(), filmstrip=True)
        await run(generator, extras)

    works: dict[str, Work] = {
        _BARE: by_script,
        _ONE: through_us,
        _QUEUE: lambda: run_all(generator, [requests.fresh() for _ in range(_QUEUED)]),
        _VARY: lambda: run_all(generator, requests.variations(_VARIATIONS)),
        _SINGLY: lambda: run_singly(generator, [requests.fresh() for _ in range(_VARIATIONS)]),
        _EXTRAS: with_extras,
    }
    seconds = await time_in_turns(works, rounds)
    seconds[_BOUNDARY] = between[1:]
    return [
        compare(seconds, _ONE, _BARE, goal="≤ 1.03"),
        compare(seconds, _BOUNDARY, _BARE),
        compare(seconds, _QUEUE, _BARE, share=1 / _QUEUED, goal="≤ 0.90"),
        compare(seconds, _VARY, _SINGLY),
        compare(seconds, _EXTRAS, _ONE),
    ]


async def _compare_cold(generator: Generator, requests: Requests, folder: Path) -> Row:
    async def by_fresh_script() -> None:
        command = (sys.executable, "-m", "benchmarks.bare", str(folder / "cold.mp4"))
        async with _running(command) as process:
            assert await process.wait() == 0

    works: dict[str, Work] = {
        _COLD: by_fresh_script,
        _ONE: lambda: run(generator, requests.fresh()),
    }
    return compare(await time_in_turns(works, 3), _COLD, _ONE)


@contextlib.asynccontextmanager
async def _running(command: tuple[str, ...]) -> AsyncGenerator[asyncio.subprocess.Process]:
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=nowhere, stderr=nowhere)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(Path(folder), options.rounds))
    print(as_json(rows) if options.json else f"{machine()}\n\n{as_markdown(rows)}")


if __name__ == "__main__":
    main()
