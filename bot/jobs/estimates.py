"""How long clips take, from those of the same kind that were made before."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from bot.jobs.job import Job
from generator import Completed, GenerationRequest

_SAMPLES = 10
"""The newest durations of a kind that count."""
_FEWEST_SAMPLES = 3
_REMEMBERED_KINDS = 500


class Kind(NamedTuple):
    """What decides how long a clip takes: clips of one kind take the same time."""

    model: str
    width: int
    height: int
    num_frames: int
    num_inference_steps: int
    guided: bool
    """Guidance runs the network twice a step."""
    smoothed: bool = False
    """Only frames in between are made, which takes no device."""


@dataclass(frozen=True)
class Duration:
    """Seconds that a clip keeps the device, and until it is made: encoding needs no device."""

    device: float
    whole: float


class Work(NamedTuple):
    """What a job has the device do: so many clips of a kind."""

    kind: Kind
    clips: int


def work_of(job: Job) -> Work:
    """Return what is left to do of a job."""
    return Work(kind_of(job.request), job.variations - len(job.clips))


def kind_of(request: GenerationRequest) -> Kind:
    return Kind(
        request.model,
        request.width,
        request.height,
        request.num_frames,
        request.num_inference_steps,
        request.guidance_scale > 1,
        request.smooths is not None,
    )


class Estimates:
    """Medians of what clips of the same kind took last; none before there are three.

    Nothing is scaled from one kind to another: attention grows faster than the number of frames,
    and reading the prompt and decoding not with the steps at all.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[Kind, deque[Duration]] = OrderedDict()
        self._medians: dict[Kind, Duration] = {}

    def record(self, request: GenerationRequest, completed: Completed) -> None:
        """Note a clip that was made; one that was only copied says nothing."""
        if not completed.seconds:
            return
        whole = sum(completed.seconds.values())
        kind = kind_of(request)
        made = self._made.setdefault(kind, deque(maxlen=_SAMPLES))
        made.append(Duration(whole - completed.seconds.get("encoding", 0.0), whole))
        self._made.move_to_end(kind)
        if len(made) >= _FEWEST_SAMPLES:
            self._medians[kind] = Duration(
                median(each.device for each in made), median(each.whole for each in made)
            )
        if len(self._made) > _REMEMBERED_KINDS:
            forgotten, _ = self._made.popitem(last=False)
            self._medians.pop(forgotten, None)

    def duration(self, kind: Kind, clips: int = 1) -> Duration | None:
        """Return how long some clips take, one after the other; None while that is being learnt."""
        one = self._medians.get(kind)
        if one is None:
            return None
        # the device waits while a clip is encoded, but for the last
        return Duration((clips - 1) * one.whole + one.device, clips * one.whole)

    def is_dearer(self, request: GenerationRequest, than: GenerationRequest) -> bool:
        """Tell whether a clip takes more time than another, by the work it is where unknown."""
        mine, theirs = self.duration(kind_of(request)), self.duration(kind_of(than))
        if mine is not None and theirs is not None:
            return mine.device > theirs.device
        return _work(request) > _work(than)


def _work(request: GenerationRequest) -> int:
    return request.num_inference_steps * request.num_frames * request.width * request.height
