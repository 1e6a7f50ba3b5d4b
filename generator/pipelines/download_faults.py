"""What to say about a model that cannot be downloaded."""

import errno
from pathlib import Path

import httpx2
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from generator.pipelines.hub import NoRoomError
from generator.pipelines.selection import MissingFilesError
from generator.pipelines.transfer import BrokenFileError, SourceError, is_sound
from generator.spec import ModelSpec

_KEPT = "what has arrived is kept, and the next try goes on there"


def not_here(spec: ModelSpec) -> str:
    return f"{spec.title} is not on this machine yet: {_how_to_download(spec)}."


def broken(spec: ModelSpec, here: ModelSpec) -> str:
    """Say that a model could not be loaded from its files; `here` says where they are."""
    folder = Path(here.source)
    files = (path.relative_to(folder) for path in sorted(folder.rglob("*.safetensors")))
    bad = [str(file) for file in files if not is_sound(folder / file, file.name)]
    what = f"{bad[0]} is broken" if bad else "its files look broken or incomplete"
    if spec.is_folder:
        return f"{spec.title} could not be loaded from {spec.source}: {what}."
    return f"{spec.title} could not be loaded: {what}; {_how_to_download(spec)}."


def explain(spec: ModelSpec, error: Exception) -> str:
    """Return what happened and what to do, in plain words."""
    match error:
        case NoRoomError(missing=missing, free=free):
            return (
                f"{spec.title} needs {_size(missing)} more on the disk, where {_size(free)} are"
                " free: free some space and try again."
            )
        case SourceError():
            return _explain_source(spec, error)
        case _:
            return f"{spec.title} could not be stored on this machine: {error}."


def _explain_source(spec: ModelSpec, error: SourceError) -> str:
    repository = error.repository
    match error.__cause__:
        case GatedRepoError():
            return (
                f"{spec.title} asks whoever runs this to accept its terms: do so at https://"
                f"huggingface.co/{repository}, and set HF_TOKEN to a token of that account."
            )
        case RevisionNotFoundError():
            return (
                f"{repository} has no revision {error.revision!r}: correct it in the models file."
            )
        case RepositoryNotFoundError():
            return f"The Hugging Face Hub has no {repository}, or it is private: set HF_TOKEN."
        case HfHubHTTPError() as refusal if refusal.response.status_code in (401, 403):
            return (
                f"The Hugging Face Hub does not let us have {repository}: check that HF_TOKEN is"
                " valid and may read it."
            )
        case HfHubHTTPError() as refusal:
            return (
                f"The Hugging Face Hub could not send {repository} (HTTP"
                f" {refusal.response.status_code}): try again later; {_KEPT}."
            )
        case httpx2.TransportError() | ConnectionError():
            return (
                f"{spec.title} is not wholly on this machine, and the Hugging Face Hub cannot be"
                f" reached: check the network connection, then {_how_to_download(spec)}; {_KEPT}."
            )
        case OSError(errno=errno.ENOSPC):
            return (
                f"The disk became full while {spec.title} was downloading: free some space and try"
                f" again; {_KEPT}."
            )
        case BrokenFileError(name=name):
            return f"{name} of {repository} arrived broken, twice: try again later."
        case MissingFilesError() as fault:
            return f"{spec.title} cannot be used from {repository}: {fault}."
        case cause:
            return f"{spec.title} could not be downloaded ({type(cause).__name__}: {cause})."


def _how_to_download(spec: ModelSpec) -> str:
    name = spec.name.partition(":")[0]  # of an entry that only serves its pictures
    return f"download it with `python -m generator download {name}`"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
