"""How long a request is waited for before it is taken for hung."""

from dataclasses import dataclass

from generator.protocol import GenerationRequest, Stage

_TIMES_THE_LONGEST = 10
_SHORTEST = 60.0


@dataclass(frozen=True, kw_only=True)
class Patience:
    """The longest waits, in seconds."""

    clip: float = 1800.0
    """For a whole clip: from its turn, and anew from when its model was loaded."""
    loading: float = 1800.0
    """For the next event while a model loads."""
    silence: float = 600.0
    """For the next event in any other stage."""


class Pace:
    """What denoising steps took so far, which says when one takes too long.

    A step is given ten times the longest of clips of the same model, size and length, but a minute
    at least; and as long as any other stage at most, or while no such clip was made.
    """

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._longest: dict[tuple[object, ...], float] = {}

    def note_step(self, request: GenerationRequest, seconds: float) -> None:
        """Remember how long a step took."""
        kind = _kind(request)
        self._longest[kind] = max(seconds, self._longest.get(kind, 0.0))

    def limit(self, request: GenerationRequest, stage: Stage | None) -> float:
        """Return how many seconds the next event may take; a stage of None has yet to begin."""
        if stage is None or stage == "loading":
            return self.patience.loading
        longest = self._longest.get(_kind(request))
        if stage != "denoising" or longest is None:
            return self.patience.silence
        return min(self.patience.silence, max(_SHORTEST, _TIMES_THE_LONGEST * longest))


def _kind(request: GenerationRequest) -> tuple[object, ...]:
    return request.model, request.width, request.height, request.num_frames
