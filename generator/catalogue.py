"""The models that can be asked for."""

from collections.abc import Iterable, Iterator

from generator.errors import UnknownModelError
from generator.messages import N_
from generator.spec import ModelSpec


class Catalogue:
    """The models by name, in order; immutable."""

    def __init__(self, specs: Iterable[ModelSpec]) -> None:
        self._specs: dict[str, ModelSpec] = {}
        for spec in specs:
            if spec.name in self._specs:
                raise ValueError(f"two models are named {spec.name!r}")
            self._specs[spec.name] = spec

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in catalogue order."""
        return tuple(self._specs)

    def __getitem__(self, name: str) -> ModelSpec:
        try:
            return self._specs[name]
        except KeyError:
            raise UnknownModelError(
                N_("There is no model {name}. Available: {available}."),
                {"name": repr(name), "available": ", ".join(self._specs)},
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._specs

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)

    def default_for(self, device: str, memory_bytes: int) -> ModelSpec:
        """Return the model to use where nobody named one.

        It is the one that takes the most memory among those that may be chosen unasked
        (`automatic`, and not gated) and run well in the device's memory: all of it on the GPU, or
        part by part. Of equals it is the first in catalogue order. Off CUDA that leaves the models
        that need no GPU, and the first of all is the built-in one.
        """
        memory = memory_bytes if device == "cuda" else 0
        eligible = [
            spec
            for spec in self
            if spec.automatic and not spec.gated and spec.memory.runs_well(memory)
        ]
        return max(eligible, key=lambda spec: spec.memory.most, default=next(iter(self)))
