"""What joins a model from elsewhere than its own repository: parts, such as a motion adapter, and
LoRAs. All of it lies in folders of this machine by then.
"""

import logging
import warnings
from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from generator.errors import GenerationError
from generator.messages import N_
from generator.pipelines.download import on_this_machine
from generator.sources import Lora, Part
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)


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
    adapters = _always(spec)
    for name, lora in adapters.items():
        _load_lora(pipeline, lora, name)
    if adapters:
        _activate(pipeline, adapters)


class OptionalLoras:
    """The LoRAs of a loaded model that a request may name; each is loaded when it is first."""

    def __init__(self, pipeline: Any, spec: ModelSpec) -> None:
        self._pipeline = pipeline
        self._spec = spec
        self._loaded: dict[str, str] = {}
        """The adapters by the LoRAs' names."""

    def lay(self, name: str | None) -> None:
        """Lay one over the model beside those that are always there; None takes it away again.

        Raises `GenerationError("unavailable")` for one that does not fit.
        """
        chosen = {}
        if name is not None:
            lora = self._spec.optional_loras[name]
            chosen = {self._adapter(name): lora}
        if self._loaded:
            _activate(self._pipeline, _always(self._spec) | chosen)

    def _adapter(self, name: str) -> str:
        if name not in self._loaded:
            adapter = f"optional_{len(self._loaded)}"
            lora = on_this_machine(self._spec).optional_loras[name]
            try:
                _load_lora(self._pipeline, lora, adapter)
            except Exception as error:  # whatever its file holds
                _log.exception("the LoRA %s does not load", name)
                raise GenerationError(
                    "unavailable",
                    N_("The LoRA {name} cannot be laid over {model}. Choose another one."),
                    {"name": name, "model": self._spec.title},
                ) from error
            self._loaded[name] = adapter
        return self._loaded[name]


def _always(spec: ModelSpec) -> dict[str, Lora]:
    return {f"lora_{index}": lora for index, lora in enumerate(spec.loras)}


def _load_lora(pipeline: Any, lora: Lora, adapter: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")  # several are meant
        pipeline.load_lora_weights(_expanded(lora.source), adapter_name=adapter, **_options(lora))
    if not any(adapter in names for names in pipeline.get_list_adapters().values()):
        raise ValueError(f"no part of {lora.source} fits the model")


def _activate(pipeline: Any, adapters: dict[str, Lora]) -> None:
    """Let these adapters count, and no others that are loaded."""
    if adapters:
        pipeline.enable_lora()
        pipeline.set_adapters(list(adapters), [lora.weight for lora in adapters.values()])
    else:
        pipeline.disable_lora()


def _options(lora: Lora) -> dict[str, Any]:
    options: dict[str, Any] = {"use_safetensors": True}
    if lora.file is not None:
        options["weight_name"] = lora.file
    if lora.second_transformer:
        options["load_into_transformer_2"] = True
    return options


def _expanded(source: str) -> str:
    return str(Path(source).expanduser())
