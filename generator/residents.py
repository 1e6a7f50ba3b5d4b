"""The models in a device's memory: as many as fit, so that going to and fro loads nothing anew."""

import logging
from collections import OrderedDict

from generator.memory import Mode, smaller
from generator.runtime import Pipeline, Runtime
from generator.spec import ModelSpec

_log = logging.getLogger(__name__)

_SHARE_WITHOUT_GPU = 0.5
"""Of the machine's memory, the rest of which is for the rest of the machine."""


class Residents:
    """Loaded models; the one unused for longest goes first, before another one is loaded.

    To run, a model needs what its entry says, or what its weights take where that is not known; the
    others beside it keep their weights only. One that is offloaded is alone, because its parts
    wait in the machine's memory.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._on_gpu = runtime.ready.device == "cuda"
        share = 1.0 if self._on_gpu else _SHARE_WITHOUT_GPU
        self._room = int(runtime.ready.memory_bytes * share)
        self._loaded: OrderedDict[str, Pipeline] = OrderedDict()
        self._modes: dict[str, Mode] = {}
        self._needs: dict[str, int] = {}
        """Bytes, by model, where more is known than the entry says."""

    def __contains__(self, spec: ModelSpec) -> bool:
        return spec.name in self._loaded

    def pipeline(self, spec: ModelSpec) -> Pipeline:
        """Return a model, loaded if need be, with room for it to run."""
        if self._make_room(spec) or spec not in self:
            self._runtime.release_memory()
        if spec not in self:
            loaded = self._runtime.load(spec, self._mode(spec))
            self._loaded[spec.name] = loaded
            self._needs[spec.name] = max(self._need(spec), loaded.weight_bytes)
            if self._make_room(spec):  # the first time, its weights were not known before
                self._runtime.release_memory()
        self._loaded.move_to_end(spec.name)
        return self._loaded[spec.name]

    def give_way(self, spec: ModelSpec) -> bool:
        """Let a model that ran out of memory have more next time; False if there is no more.

        It is alone from then on; if it was alone, it is loaded in the next smaller mode. Either
        is remembered.
        """
        self._needs[spec.name] = self._room
        if others := self._others(spec):
            _log.warning("%s ran out of memory beside %s", spec.name, ", ".join(others))
            return True
        mode = smaller(self._mode(spec)) if self._on_gpu else None
        if mode is None:
            return False
        _log.warning("%s ran out of memory: from now on its mode is %s", spec.name, mode)
        self._modes[spec.name] = mode
        self._loaded.pop(spec.name, None)
        return True

    def _make_room(self, spec: ModelSpec) -> bool:
        """Let go of other models until the rest fits; returns whether any had to go."""
        others = staying = self._others(spec)
        while staying and not self._fits(spec, staying):
            del self._loaded[staying[0]]
            staying = staying[1:]
        return len(staying) < len(others)

    def _fits(self, spec: ModelSpec, others: list[str]) -> bool:
        if any(self._modes[name] != "resident" for name in others) or self._is_offloaded(spec):
            return False
        held = sum(self._loaded[name].weight_bytes for name in others)
        return held + self._need(spec) <= self._room

    def _need(self, spec: ModelSpec) -> int:
        return self._needs.get(spec.name) or spec.memory.bytes_in("resident") or 0

    def _is_offloaded(self, spec: ModelSpec) -> bool:
        return self._mode(spec) != "resident"

    def _mode(self, spec: ModelSpec) -> Mode:
        usual = spec.memory.mode_for(self._room) if self._on_gpu else "resident"
        return self._modes.setdefault(spec.name, usual)

    def _others(self, spec: ModelSpec) -> list[str]:
        """Return the other models, the one unused for longest first."""
        return [name for name in self._loaded if name != spec.name]
