"""A clip of a model that is not here yet: the engine on a real runtime, and a small Hub."""

from collections.abc import Callable
from pathlib import Path
from queue import Queue

import pytest

from generator.catalogue import Catalogue
from generator.engine import Engine
from generator.pipelines.runtime import TorchRuntime
from generator.protocol import Cancelled, Completed, Event, Failed, Progress, Ready, Terminal
from generator.spec import ModelSpec
from tests.generator.pipelines.hub_server import COMMIT, HubServer

WEIGHTS = "unet/diffusion_pytorch_model.fp16.safetensors"


@pytest.fixture
def events() -> Queue[Event]:
    return Queue()


@pytest.fixture
def engine(runtime: TorchRuntime, hub_model: ModelSpec, events: Queue[Event]) -> Engine:
    engine = Engine(Catalogue([hub_model]), lambda: runtime, events.put)
    engine.start()
    assert isinstance(events.get(timeout=30), Ready)
    return engine


@pytest.fixture
def ask(engine: Engine, hub_model: ModelSpec, tmp_path: Path) -> Callable[[], None]:
    request = hub_model.request(
        id="a", prompt="a red circle", seed=1, output_path=str(tmp_path / "a.mp4")
    )
    return lambda: engine.submit(request)


def until_terminal(events: Queue[Event]) -> list[Event]:
    said = [events.get(timeout=60)]
    while not isinstance(said[-1], Terminal):
        said.append(events.get(timeout=60))
    return said


def test_a_clip_waits_for_its_model_and_says_how_many_bytes_are_here(
    ask: Callable[[], None], events: Queue[Event]
) -> None:
    ask()
    first, *others, completed = until_terminal(events)
    assert first == Progress("a", "loading")
    downloading = [event for event in others if isinstance(event, Progress) and event.total_bytes]
    assert {event.stage for event in downloading} == {"loading"}
    assert downloading[-1].done_bytes == downloading[-1].total_bytes
    assert isinstance(completed, Completed)
    assert completed.revision == COMMIT


def test_a_cancel_stops_the_download_and_the_next_request_goes_on(
    hub: HubServer, engine: Engine, ask: Callable[[], None], events: Queue[Event]
) -> None:
    hub.hold_after[WEIGHTS] = 1000
    ask()
    assert hub.holding.wait(30)
    engine.cancel("a")
    assert isinstance(until_terminal(events)[-1], Cancelled)
    hub.go_on.set()
    ask()
    assert isinstance(until_terminal(events)[-1], Completed)


def test_a_download_that_fails_is_the_clips_failure(
    hub: HubServer, ask: Callable[[], None], events: Queue[Event]
) -> None:
    hub.down = True
    ask()
    failed = until_terminal(events)[-1]
    assert isinstance(failed, Failed)
    assert failed.reason == "unavailable"
    assert "HTTP 500" in failed.text()
