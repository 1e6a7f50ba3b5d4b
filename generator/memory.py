"""How much memory a model takes on a GPU, by the way its parts are held there."""

from dataclasses import dataclass
from typing import Literal, get_args

from generator.rules import FieldError

Mode = Literal["resident", "model_offload", "group_offload"]
"""All parts stay on the GPU; each part comes for its turn; each layer comes for its turn."""

_MODES: tuple[Mode, ...] = get_args(Mode)
_GIB = 2**30


def smaller(mode: Mode) -> Mode | None:
    """Return the next mode that takes less memory, and more time; None after the last."""
    return next(iter(_MODES[_MODES.index(mode) + 1 :]), None)


@dataclass(frozen=True, kw_only=True)
class Memory:
    """GiB of GPU memory a clip of the model's defaults takes in each mode; None is not known.

    A model without any figure is at home on a CPU. Raises `FieldError` for one that is not above 0.
    """

    resident: float | None = None
    model_offload: float | None = None
    group_offload: float | None = None

    def __post_init__(self) -> None:
        for mode in _MODES:
            if (figure := self._figure(mode)) is not None and not figure > 0:
                raise FieldError(mode, "must be greater than 0")

    @property
    def needs_gpu(self) -> bool:
        """Whether the model would take hours without a GPU."""
        return self.most > 0

    @property
    def most(self) -> float:
        """GiB in the fastest mode that is known; 0 where none is."""
        return max((figure for mode in _MODES if (figure := self._figure(mode))), default=0.0)

    def bytes_in(self, mode: Mode) -> int | None:
        """Return the bytes of a mode."""
        figure = self._figure(mode)
        return None if figure is None else int(figure * _GIB)

    def mode_for(self, memory_bytes: int) -> Mode:
        """Return the fastest mode that fits a GPU, else the thriftiest that is known."""
        known: list[Mode] = [mode for mode in _MODES if self._figure(mode) is not None]
        for mode in known:
            if self._fits(mode, memory_bytes):
                return mode
        return known[-1] if known else "resident"

    def runs_well(self, memory_bytes: int) -> bool:
        """Whether the model fits without moving its layers to and fro, which takes long."""
        return not self.needs_gpu or any(
            self._fits(mode, memory_bytes) for mode in _MODES if mode != "group_offload"
        )

    def _fits(self, mode: Mode, memory_bytes: int) -> bool:
        taken = self.bytes_in(mode)
        return taken is not None and taken <= memory_bytes

    def _figure(self, mode: Mode) -> float | None:
        figure: float | None = getattr(self, mode)
        return figure


NO_GPU = Memory()
