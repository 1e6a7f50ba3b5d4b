"""Any history of requests, cancellations, crashes, hangs and restarts keeps the promise made."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule

from generator import Completed, GenerationRequest, Progress, RequestEvent, Terminal
from generator.backends.local import LocalGenerator
from generator.backends.patience import Patience
from tests.generator.plain_worker import CATALOGUE

WORKER = [sys.executable, "-m", "tests.generator.plain_worker"]
SILENCE = 600.0

_ids = count(1)


class HastyLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward, so that no test waits for a timeout."""

    def __init__(self) -> None:
        self._ahead = 0.0
        super().__init__()

    def time(self) -> float:
        return super().time() + self._ahead

    def put_forward(self, seconds: float) -> None:
        self._ahead += seconds


class Reader:
    """A request, and everything its reader hears."""

    def __init__(self, generator: LocalGenerator, request: GenerationRequest) -> None:
        self.request = request
        self.heard: list[RequestEvent] = []
        self.on_device = asyncio.Event()
        self.task = asyncio.create_task(self._read(generator))

    async def _read(self, generator: LocalGenerator) -> None:
        async for event in generator.generate(self.request):
            self.heard.append(event)
            if not isinstance(event, Progress) or event.stage == "denoising":
                self.on_device.set()
        self.on_device.set()

    async def end(self) -> RequestEvent:
        """Wait for the end and check the promise: `Progress*`, one terminal event, silence."""
        await self.task
        *progress, last = self.heard
        assert all(isinstance(event, Progress) for event in progress), self.heard
        assert isinstance(last, Terminal), self.heard
        assert {event.id for event in self.heard} == {self.request.id}
        return last


class Histories(RuleBasedStateMachine):
    """What the bot and the world may do to a generator, in any order."""

    readers = Bundle[Reader]("readers")

    @initialize()
    def open(self) -> None:
        self.loop = HastyLoop()
        self.runner = asyncio.Runner(loop_factory=lambda: self.loop)
        self.folder = tempfile.TemporaryDirectory()
        self.open_readers: list[Reader] = []
        self.a_while = 3.0  # real seconds, for what takes one
        self.runner.run(self._open())

    @rule(target=readers, model=st.sampled_from(["plain", "endless", "hanging", "failing"]))
    def submit(self, model: str) -> Reader:
        return self.runner.run(self._submit(model))

    @rule(target=readers)
    def submit_what_kills_the_child(self) -> Reader:
        return self.runner.run(self._submit("suicidal"))

    @rule(reader=readers)
    def cancel(self, reader: Reader) -> None:
        self.runner.run(self.generator.cancel(reader.request.id))

    @rule(reader=consumes(readers))
    def stop_reading(self, reader: Reader) -> None:
        self.runner.run(self._stop_reading(reader))

    @rule(number=st.sampled_from([signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP]))
    def signal_the_child(self, number: signal.Signals) -> None:
        if self.generator.pid is not None:
            with contextlib.suppress(ProcessLookupError):  # it is dead, which nobody noticed yet
                os.kill(self.generator.pid, number)

    @rule()
    def wait_for_the_first(self) -> None:
        """Let the oldest request get as far as it can; a child that says nothing is hung."""
        self.runner.run(self._wait_for_the_first())

    @rule()
    def let_time_pass(self) -> None:
        self.runner.run(self._let_time_pass())

    @rule()
    def restart(self) -> None:
        self.runner.run(self._close())
        self.runner.run(self._open())

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.runner.run(self._end_well())
        finally:
            self.runner.run(self._close())
            self.runner.close()
            self.folder.cleanup()

    async def _open(self) -> None:
        patience = Patience(clip=SILENCE, loading=SILENCE, silence=SILENCE)
        self.generator = LocalGenerator(
            WORKER,
            startup_timeout=SILENCE,
            patience=patience,
            cancel_grace=0.05,
            stop_grace=0.05,
        )
        await self.generator.__aenter__()

    async def _close(self) -> None:
        await self.generator.__aexit__(None, None, None)
        for reader in self.open_readers:
            await reader.end()
        self.open_readers.clear()

    async def _submit(self, model: str) -> Reader:
        name = f"r{next(_ids)}"
        path = Path(self.folder.name, f"{name}.mp4")
        reader = Reader(
            self.generator,
            CATALOGUE[model].request(id=name, prompt=name, seed=1, output_path=str(path)),
        )
        self.open_readers.append(reader)
        await asyncio.sleep(0)  # let it call
        return reader

    async def _stop_reading(self, reader: Reader) -> None:
        if reader in self.open_readers:
            self.open_readers.remove(reader)
        reader.task.cancel()
        await asyncio.wait([reader.task])

    async def _wait_for_the_first(self) -> None:
        waiting = [reader for reader in self.open_readers if not reader.task.done()]
        if waiting:
            await self._wait(waiting[0].on_device.wait())

    async def _wait(self, until: Coroutine[Any, Any, object]) -> None:
        """Wait for real, then let the clock run out; also over a pause between two children."""
        task = asyncio.ensure_future(until)
        while not (await asyncio.wait([task], timeout=self.a_while))[0]:
            await self._let_time_pass()
            self.a_while *= 1.5  # on a busy machine it was too short, perhaps

    async def _let_time_pass(self) -> None:
        self.loop.put_forward(SILENCE)
        await asyncio.sleep(0.01)  # so that what is due is done

    async def _end_well(self) -> None:
        """Check that what is open ends, and that the next request is made."""
        self.signal_the_child(signal.SIGCONT)
        for reader in self.open_readers:
            await self.generator.cancel(reader.request.id)
        while not isinstance(await self._probe(), Completed):
            pass  # it went down with what hung before it, and the clock
        for reader in self.open_readers:
            await reader.end()
        last = await self._submit("plain")
        assert isinstance(await last.end(), Completed)

    async def _probe(self) -> RequestEvent:
        probe = await self._submit("plain")
        await self._wait(probe.end())
        return probe.heard[-1]


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=10,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
