"""A model's files on this machine: fetched ahead of time or at first use, then found offline."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from generator.errors import GenerationError
from generator.pipelines.download_faults import explain, not_here
from generator.pipelines.hub import MODEL_INDEX, Snapshot, fetch, look_up, look_up_here
from generator.pipelines.selection import (
    NO_FILE,
    MissingFilesError,
    lora_file,
    model_files,
    part_files,
)
from generator.pipelines.transfer import SourceError
from generator.runtime import OnBytes
from generator.sources import Lora, Part, is_local
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)


def download(spec: ModelSpec, on_bytes: OnBytes) -> None:
    """Bring all files of a model onto this machine; does nothing where they are here.

    `on_bytes` is called about twice a second while files are on their way. What it raises stops the
    download, and the next one goes on there. Where the Hub cannot be asked, what was downloaded
    before will do. Raises `GenerationError("unavailable")`.
    """
    try:
        snapshots = _look_up_all(spec)
        fetch(snapshots, on_bytes)
        for snapshot in snapshots:
            snapshot.link()
    except (SourceError, OSError) as error:
        _log.warning("%s cannot be downloaded: %s: %r", spec.name, error, error.__cause__)
        raise explain(spec, error) from error


def on_this_machine(spec: ModelSpec) -> ModelSpec:
    """Return the model with folders of the cache instead of repositories, asking nobody.

    Raises `GenerationError("unavailable")` if it was not downloaded.
    """
    try:
        return replace(
            spec,
            source=_folder(spec.source, spec.revision),
            revision=None,
            parts={
                name: replace(part, source=_folder(part.source, part.revision), revision=None)
                for name, part in spec.parts.items()
            },
            loras=tuple(map(_lora_here, spec.loras)),
            optional_loras={name: _lora_here(lora) for name, lora in spec.optional_loras.items()},
        )
    except (SourceError, MissingFilesError) as error:
        raise not_here(spec) from error


def _look_up_all(spec: ModelSpec) -> list[Snapshot]:
    """Return what to fetch; nothing where the Hub cannot say and the model is here."""
    try:
        return list(_snapshots(spec))
    except SourceError as error:
        try:
            on_this_machine(spec)
        except GenerationError:
            raise error from error.__cause__
        _log.warning("%s is used as it is here: %s: %r", spec.name, error, error.__cause__)
        return []


def _snapshots(spec: ModelSpec) -> Iterator[Snapshot]:
    for source, revision, choose in _sources(spec):
        if is_local(source):
            continue
        snapshot = look_up(source, revision)
        try:
            yield snapshot.only(choose(snapshot))
        except MissingFilesError as error:
            raise SourceError(source, revision) from error


def _sources(
    spec: ModelSpec,
) -> Iterator[tuple[str, str | None, Callable[[Snapshot], set[str]]]]:
    """Yield each place files come from, and how to choose among those that are there."""
    yield spec.source, spec.revision, partial(_model_files, spec)
    for part in spec.parts.values():
        yield part.source, part.revision, partial(_part_files, part)
    for lora in (*spec.loras, *spec.optional_loras.values()):
        yield lora.source, lora.revision, partial(_lora_files, lora)


def _model_files(spec: ModelSpec, snapshot: Snapshot) -> set[str]:
    index = snapshot.only({MODEL_INDEX})
    if not index.files:
        raise MissingFilesError(NO_FILE, MODEL_INDEX)
    fetch([index], lambda *_: None)
    return model_files(spec, json.loads(index.find(MODEL_INDEX).read_bytes()), snapshot.names)


def _part_files(part: Part, snapshot: Snapshot) -> set[str]:
    return part_files(part, snapshot.names)


def _lora_files(lora: Lora, snapshot: Snapshot) -> set[str]:
    return {lora_file(lora, snapshot.names)}


def _folder(source: str, revision: str | None) -> str:
    return source if is_local(source) else str(_here(source, revision).folder)


def _lora_here(lora: Lora) -> Lora:
    if is_local(lora.source):
        return lora
    here = _here(lora.source, lora.revision)
    return replace(lora, source=str(here.folder), file=lora_file(lora, here.names), revision=None)


def _here(source: str, revision: str | None) -> Snapshot:
    snapshot = look_up_here(source, revision)
    if snapshot is None:
        raise SourceError(source, revision)
    return snapshot
