"""What joins a model from elsewhere than its own repository: parts, such as a motion adapter, and
LoRAs. All of it lies in folders of this machine by then.
"""

from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from generator.sources import Lora, Part
from generator.spec import ModelSpec


def load_parts(spec: ModelSpec, dtypes: dict[str, torch.dtype]) -> dict[str, Any]:
    """Return the parts that are not in the model's repository, by the pipeline's name for them."""
    return {
        name: _load_part(part, dtypes.get(name, dtypes["default"]))
        for name, part in spec.parts.items()
    }


def _load_part(part: Part, dtype: torch.dtype) -> Any:
    source = _expanded(part.source)
    if part.class_name == AutoTokenizer.__name__:
        return AutoTokenizer.from_pretrained(source, subfolder=part.subfolder)
    part_class = getattr(diffusers, part.class_name)
    if part.file is None:
        return part_class.from_pretrained(
            source, subfolder=part.subfolder, dtype=dtype, use_safetensors=True
        )
    module = part_class()
    module.load_state_dict(load_file(Path(source, part.file)))
    return module.to(dtype)


def lay_loras(pipeline: Any, spec: ModelSpec) -> None:
    """Lay the model's LoRAs over its weights, each with its own strength."""
    names = [f"lora_{index}" for index in range(len(spec.loras))]
    for name, lora in zip(names, spec.loras, strict=True):
        pipeline.load_lora_weights(_expanded(lora.source), adapter_name=name, **_options(lora))
    if names:
        pipeline.set_adapters(names, [lora.weight for lora in spec.loras])


def _options(lora: Lora) -> dict[str, Any]:
    options: dict[str, Any] = {"use_safetensors": True}
    if lora.file is not None:
        options["weight_name"] = lora.file
    if lora.second_transformer:
        options["load_into_transformer_2"] = True
    return options


def _expanded(source: str) -> str:
    return str(Path(source).expanduser())
