"""An engine by itself, with runtimes of plain numpy."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generator.encoding import Rendering
from generator.engine import Engine
from generator.memory import Mode
from generator.protocol import Event, GenerationRequest, Terminal
from generator.runtime import OnProgress
from generator.snapshots import Budget
from generator.spec import ModelSpec
from tests.generator.plain_worker import CATALOGUE, PlainPipeline, PlainRuntime, paint


class Bench:
    """An engine and everything it says."""

    def __init__(
        self,
        runtime: PlainRuntime,
        folder: Path,
        open_budget: Callable[[], Budget] = Budget,
    ) -> None:
        self.folder = folder
        self._events: queue.Queue[Event] = queue.Queue()
        self.engine = Engine(CATALOGUE, lambda: runtime, self._events.put, open_budget)
        self.engine.start()
        assert self.next() == runtime.ready

    def request(self, name: str, model: str = "plain", **settings: Any) -> GenerationRequest:
        output_path = str(self.folder / f"{name}.mp4")
        return CATALOGUE[model].request(
            id=name, prompt=name, seed=1, output_path=output_path, **settings
        )

    def submit(self, name: str, model: str = "plain") -> None:
        self.engine.submit(self.request(name, model))

    def next(self) -> Event:
        return self._events.get(timeout=10)

    def until_terminal(self, count: int = 1) -> list[Event]:
        """Everything said up to the given number of terminal events."""
        said: list[Event] = []
        while count:
            said.append(self.next())
            count -= isinstance(said[-1], Terminal)
        return said

    def is_silent(self) -> bool:
        return self._events.empty()


class GatedRuntime(PlainRuntime):
    """Its pipelines wait at every step until they are let on."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.loads: list[str] = []

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        self.loads.append(spec.name)

        def run(request: GenerationRequest, on_progress: OnProgress) -> Rendering:
            def gated(*args: Any) -> None:
                on_progress(*args)
                assert self.gate.acquire(timeout=10)

            return paint(request, gated)

        return PlainPipeline(run)

    def open(self) -> None:
        self.gate.release(1000)
