"""`python -m generator download`: models on this machine before anybody asks for a clip."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import NoReturn

from tqdm import tqdm

from generator.catalogue import Catalogue
from generator.errors import GeneratorError
from generator.spec import ModelSpec


def download_models(names: Iterable[str], catalogue: Catalogue) -> int:
    """Download models one after the other, and return the exit status.

    Raises `UnknownModelError` before anything is downloaded.
    """
    failed = False
    for spec in list(_entries(names, catalogue)):
        try:
            _download(spec)
        except GeneratorError as error:
            print(error, file=sys.stderr)
            failed = True
        except KeyboardInterrupt:
            print("Stopped. The same command goes on from here.", file=sys.stderr)
            return 130
    return int(failed)


def _entries(names: Iterable[str], catalogue: Catalogue) -> Iterator[ModelSpec]:
    for name in names:
        spec = catalogue[name]
        yield spec
        for other in (spec.picture_entry, spec.upscale_entry):
            if other.name != spec.name:  # it has weights of its own
                yield other


def _download(spec: ModelSpec) -> None:
    from generator.pipelines.download import download  # seconds of imports

    with ExitStack() as stack:
        bar: tqdm[NoReturn] | None = None

        def show(done: int, total: int) -> None:
            nonlocal bar
            if bar is None:  # not before the total is known
                bar = stack.enter_context(_bar(spec.name, done, total))
            bar.update(done - bar.n)

        download(spec, show)
    print(f"{spec.name} is on this machine.")


def _bar(name: str, done: int, total: int) -> "tqdm[NoReturn]":
    """Return a line on the terminal: percent, bytes, time left and bytes a second."""
    return tqdm(desc=name, initial=done, total=total, unit="B", unit_scale=True, disable=None)
