"""Which files of a repository a model needs: its pipeline's parts, in safetensors, and no code."""

import inspect
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import diffusers
from diffusers.pipelines.pipeline_loading_utils import variant_compatible_siblings

from generator.messages import N_
from generator.pipelines.hub import MODEL_INDEX
from generator.sources import Lora, Part
from generator.spec import ModelSpec

_WEIGHTS = {".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".pb"}
_SETTINGS = {".json", ".txt", ".model", ".jinja"}
_LORA_NAME = "pytorch_lora_weights.safetensors"
"""What diffusers calls the LoRAs it saves."""


NO_FILE = N_("{model} cannot be used: {repository} has no {missing}.")
_NO_SAFETENSORS = N_(
    "{model} cannot be used: {missing} of {repository} is not offered in safetensors, and other"
    " formats can run code."
)
_NO_VARIANT = N_("{model} cannot be used: {repository} has no variant {missing}.")


class MissingFilesError(Exception):
    """A repository lacks what a model needs.

    The message id has places for `model`, `repository` and `missing`.
    """

    def __init__(self, message: str, missing: str) -> None:
        super().__init__(message, missing)
        self.message = message
        self.missing = missing


def model_files(spec: ModelSpec, index: Mapping[str, Any], names: Collection[str]) -> set[str]:
    """Return the files to fetch of a model's repository; `index` is its model_index.json."""
    offered = set(names) - set(index.get("_ignore_files", ()))
    wanted = {MODEL_INDEX}
    for part in _parts(spec, index):
        files = _inside(part, offered)
        if not files:
            raise MissingFilesError(NO_FILE, part)
        wanted |= files
    return _safe(wanted, spec.variant)


def part_files(part: Part, names: Collection[str]) -> set[str]:
    """Return the files to fetch for a part that has a repository of its own."""
    if part.file is None:
        files = _inside(part.subfolder, names)
        return _safe({name for name in files if _is_model(name) or _is_settings(name)}, None)
    if part.file not in names:
        raise MissingFilesError(NO_FILE, part.file)
    return {part.file}


def lora_file(lora: Lora, names: Collection[str]) -> str:
    """Return the one file of a LoRA: what the entry says, or the likeliest."""
    offered = [name for name in sorted(names) if name.endswith(".safetensors") and "/" not in name]
    if lora.file is not None:
        offered = [name for name in names if name == lora.file]
    if not offered:
        raise MissingFilesError(NO_FILE, lora.file or "safetensors")
    return _LORA_NAME if _LORA_NAME in offered else offered[0]


def _parts(spec: ModelSpec, index: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts the class takes, other than those that come from elsewhere."""
    taken = inspect.signature(getattr(diffusers, spec.pipeline_class).__init__).parameters
    for name, loader in index.items():
        if isinstance(loader, list) and name in taken and name not in spec.parts:
            library = loader[0] if loader else None
            if isinstance(library, str):  # null is a part that is left out
                yield name


def _inside(folder: str, names: Collection[str]) -> set[str]:
    """Return the files of a folder itself, not of those in it: there lie other formats."""
    return {name for name in names if PurePosixPath(name).parent == PurePosixPath(folder)}


def _safe(names: set[str], variant: str | None) -> set[str]:
    """Return the files without weights in other formats or variants, and without code."""
    weights = {name for name in names if _is_weights(name)}
    safetensors = {name for name in names if ".safetensors" in name}
    for folder in {PurePosixPath(name).parent for name in weights}:
        if not any(PurePosixPath(name).parent == folder for name in weights & safetensors):
            raise MissingFilesError(_NO_SAFETENSORS, folder.name or "weights")
    try:
        siblings: Any = variant_compatible_siblings(safetensors, variant)
    except ValueError as error:
        raise MissingFilesError(_NO_VARIANT, repr(variant)) from error
    others = {name for name in names if not _is_model(name) and not name.endswith(".py")}
    return others | siblings[0]


def _is_model(name: str) -> bool:
    return _is_weights(name) or ".index." in name


def _is_settings(name: str) -> bool:
    return PurePosixPath(name).suffix in _SETTINGS


def _is_weights(name: str) -> bool:
    return PurePosixPath(name).suffix in _WEIGHTS
