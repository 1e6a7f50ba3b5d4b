"""Requests that no cache of ours has seen before, and running them through the generator."""

import asyncio
import itertools
from collections.abc import Iterable
from pathlib import Path

from msgspec import structs

from generator import Completed, GenerationRequest, Generator, load_catalogue

_COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white")
_SHAPES = ("circle", "square", "triangle", "star", "heart", "cross")
_PLACES = ("in the sea", "on grass", "in the sunset", "on a black background")


class Requests:
    """Makes requests for the built-in model, each with a seed and a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spec = load_catalogue()["builtin"]
        self._numbers = itertools.count()
        self._prompts = itertools.cycle(
            f"a {colour} {shape} moving right {place}"
            for place, shape, colour in itertools.product(_PLACES, _SHAPES, _COLOURS)
        )

    def fresh(self) -> GenerationRequest:
        """Return a request with a prompt that was not used for the last 191."""
        number = next(self._numbers)
        path = str(self._folder / f"{number}.mp4")
        return self._spec.request(
            id=str(number), prompt=next(self._prompts), seed=number, output_path=path
        )

    def variations(self, count: int) -> list[GenerationRequest]:
        """Return requests that differ in their seeds only."""
        prompt = self.fresh().prompt
        return [structs.replace(self.fresh(), prompt=prompt) for _ in range(count)]


async def run(generator: Generator, request: GenerationRequest) -> Completed:
    """Run a request to its end."""
    *_, last = [event async for event in generator.generate(request)]
    assert isinstance(last, Completed), last
    return last


async def run_all(generator: Generator, requests: Iterable[GenerationRequest]) -> None:
    """Queue all at once."""
    await asyncio.gather(*(run(generator, request) for request in requests))


async def run_singly(generator: Generator, requests: Iterable[GenerationRequest]) -> None:
    """Ask for each when the one before is done."""
    for request in requests:
        await run(generator, request)
