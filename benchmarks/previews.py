"""What previews cost a run that is long enough to show some."""

import queue
from statistics import mean

from msgspec import structs

from benchmarks.requests import Requests
from benchmarks.table import Row
from benchmarks.timing import Work, compare, time_in_turns
from generator import Completed, Event, GenerationRequest, Progress, load_catalogue
from generator.engine import Engine
from generator.pipelines.runtime import TorchRuntime
from generator.protocol import Terminal
from generator.snapshots import Budget

_STEPS = 100
_SCALE = 20
"""How many times as early and as often as usual, since the built-in model's runs are as short."""
_LOOKED_AT = f"one of {_STEPS} steps with previews"
_WITHOUT = "the same without"
_DRAWING = "  of it decoding and drawing previews"


async def compare_previews(requests: Requests, rounds: int) -> list[Row]:
    """Compare runs in an engine of its own with the ones nobody looks at."""
    runs = _Runs()
    shown: list[int] = []
    drawing: list[float] = []

    async def without() -> None:
        runs.previews_of(_long(requests, previews=False))

    async def with_previews() -> None:
        shown.append(runs.previews_of(_long(requests, previews=True)))
        drawing.append(runs.budget.spent)

    works: dict[str, Work] = {_LOOKED_AT: with_previews, _WITHOUT: without}
    seconds = await time_in_turns(works, rounds)
    seconds[_DRAWING] = drawing[1:]
    name = f"{_LOOKED_AT} ({mean(shown):.1f} a run)"
    return [
        compare(seconds, _LOOKED_AT, _WITHOUT, name=name),
        compare(seconds, _DRAWING, _LOOKED_AT, goal="≤ 0.02"),
    ]


def _long(requests: Requests, *, previews: bool) -> GenerationRequest:
    return structs.replace(requests.fresh(), num_inference_steps=_STEPS, previews=previews)


class _Runs:
    """The built-in model in an engine whose previews begin sooner than usual."""

    def __init__(self) -> None:
        self.budget = Budget()
        """The last run's."""
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._engine = Engine(
            load_catalogue(), lambda: TorchRuntime("cpu"), self._events.put, self._open_budget
        )
        self._engine.start(preload="builtin").result()

    def previews_of(self, request: GenerationRequest) -> int:
        """Run a request to its end and return how many previews it showed."""
        self._engine.submit(request)
        shown = 0
        while not isinstance(event := self._events.get(), Terminal):
            shown += isinstance(event, Progress) and event.preview is not None
        assert isinstance(event, Completed), event
        return shown

    def _open_budget(self) -> Budget:
        usual = Budget()
        self.budget = Budget(patience=usual.patience / _SCALE, interval=usual.interval / _SCALE)
        return self.budget
