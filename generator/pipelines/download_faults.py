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

from generator.errors import GenerationError
from generator.messages import N_, Values
from generator.pipelines.hub import NoRoomError
from generator.pipelines.selection import MissingFilesError
from generator.pipelines.transfer import BrokenFileError, SourceError, is_sound
from generator.spec import ModelSpec

_Explanation = tuple[str, dict[str, str | int]]


def not_here(spec: ModelSpec) -> GenerationError:
    """Say that a model was not downloaded."""
    message = N_("{model} is not on this machine yet. Download it with `{command}`.")
    return _unavailable(message, _about(spec))


def broken(spec: ModelSpec, here: ModelSpec) -> GenerationError:
    """Say that a model could not be loaded from its files; `here` says where they are."""
    folder = Path(here.source)
    files = (path.relative_to(folder) for path in sorted(folder.rglob("*.safetensors")))
    bad = [str(file) for file in files if not is_sound(folder / file, file.name)]
    values = _about(spec) | {"folder": spec.source} | ({"file": bad[0]} if bad else {})
    return _unavailable(_BROKEN[spec.is_folder, bool(bad)], values)


_BROKEN = {
    (True, True): N_("{model} could not be loaded from {folder}: {file} is broken."),
    (True, False): N_(
        "{model} could not be loaded from {folder}: its files look broken or incomplete."
    ),
    (False, True): N_(
        "{model} could not be loaded: {file} is broken. Download it with `{command}`."
    ),
    (False, False): N_(
        "{model} could not be loaded: its files look broken or incomplete."
        " Download it with `{command}`."
    ),
}
"""By whether it is a folder of this machine, and whether a broken file was found."""


def explain(spec: ModelSpec, error: Exception) -> GenerationError:
    """Say why a model could not be downloaded, and what to do."""
    match error:
        case NoRoomError(missing=missing, free=free):
            message = N_(
                "{model} needs {missing} more on the disk, where {free} are free."
                " Free some space and try again."
            )
            more = {"missing": _size(missing), "free": _size(free)}
        case SourceError():
            message, more = _explain_source(error)
        case _:
            message = N_("{model} could not be stored on this machine: {reason}.")
            more = {"reason": str(error)}
    return _unavailable(message, _about(spec) | more)


def _explain_source(error: SourceError) -> _Explanation:
    values: dict[str, str | int] = {"repository": error.repository}
    match error.__cause__:
        case HfHubHTTPError() as refusal:
            return _explain_refusal(refusal), values | {
                "revision": repr(error.revision),
                "status": refusal.response.status_code,
            }
        case httpx2.TransportError() | ConnectionError():
            return _NO_NETWORK, values
        case OSError(errno=errno.ENOSPC):
            return _DISK_FULL, values
        case BrokenFileError(name=name):
            message = N_("{file} of {repository} arrived broken, twice. Try again later.")
            return message, values | {"file": name}
        case MissingFilesError(message=message, missing=missing):
            return message, values | {"missing": missing}
        case cause:
            message = N_("{model} could not be downloaded ({reason}).")
            return message, values | {"reason": f"{type(cause).__name__}: {cause}"}


_NO_NETWORK = N_(
    "{model} is not wholly on this machine, and the Hugging Face Hub cannot be reached. Check the"
    " network connection, then download it with `{command}`. What has arrived is kept, and the"
    " next try goes on there."
)
_DISK_FULL = N_(
    "The disk became full while {model} was downloading. Free some space and try again. What has"
    " arrived is kept, and the next try goes on there."
)


def _explain_refusal(refusal: HfHubHTTPError) -> str:
    match refusal:
        case GatedRepoError():
            return N_(
                "{model} asks whoever runs this to accept its terms. Do so at"
                " https://huggingface.co/{repository}, and set HF_TOKEN to a token of that account."
            )
        case RevisionNotFoundError():
            return N_("{repository} has no revision {revision}. Correct it in the models file.")
        case RepositoryNotFoundError():
            return N_("The Hugging Face Hub has no {repository}, or it is private: set HF_TOKEN.")
        case _ if refusal.response.status_code in (401, 403):
            return N_(
                "The Hugging Face Hub does not let us have {repository}. Check that HF_TOKEN is"
                " valid and may read it."
            )
        case _:
            return N_(
                "The Hugging Face Hub could not send {repository} (HTTP {status}). Try again later."
                " What has arrived is kept, and the next try goes on there."
            )


def _unavailable(message: str, values: Values) -> GenerationError:
    return GenerationError("unavailable", message, values)


def _about(spec: ModelSpec) -> dict[str, str | int]:
    name = spec.name.partition(":")[0]  # of an entry that only serves its pictures
    return {"model": spec.title, "command": f"python -m generator download {name}"}


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
