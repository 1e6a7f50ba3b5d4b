"""The generator as a child process: what is promised to the bot whatever happens to the child."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count
from pathlib import Path
from typing import Any, get_args

import pytest

from generator import (
    Cancelled,
    Completed,
    Failed,
    GenerationRequest,
    GeneratorUnavailableError,
    Progress,
    RequestEvent,
    Terminal,
)
from generator.backends.local import LocalGenerator
from generator.backends.patience import Patience
from generator.protocol import Stage
from tests.generator.plain_worker import CATALOGUE, PlainRuntime

WORKER = [sys.executable, "-m", "tests.generator.plain_worker"]

_ids = count(1)


@pytest.fixture
async def generator() -> AsyncGenerator[LocalGenerator, None]:
    async with LocalGenerator(WORKER) as generator:
        yield generator


def request(folder: Path, model: str = "plain", **settings: Any) -> GenerationRequest:
    name = f"r{next(_ids)}"
    return CATALOGUE[model].request(
        id=name, prompt="a", seed=1, output_path=str(folder / f"{name}.mp4"), **settings
    )


def files(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def collect(generator: LocalGenerator, request: GenerationRequest) -> list[RequestEvent]:
    return [event async for event in generator.generate(request)]


async def run(generator: LocalGenerator, request: GenerationRequest) -> RequestEvent:
    """Return how a request ended."""
    *progress, last = await collect(generator, request)
    assert all(isinstance(event, Progress) for event in progress)
    assert isinstance(last, Terminal)
    return last


class Running:
    """A request in a task of its own that has shown its first denoising step."""

    def __init__(self, generator: LocalGenerator, request: GenerationRequest) -> None:
        self._denoising = asyncio.Event()
        self.task = asyncio.create_task(self._run(generator, request))

    async def _run(self, generator: LocalGenerator, request: GenerationRequest) -> RequestEvent:
        last = None
        async for last in generator.generate(request):
            if isinstance(last, Progress) and last.stage == "denoising":
                self._denoising.set()
        assert last is not None
        return last

    async def denoising(self) -> "Running":
        await asyncio.wait_for(self._denoising.wait(), 10)
        return self

    async def end(self) -> RequestEvent:
        return await asyncio.wait_for(self.task, 20)


async def test_opening_does_not_wait_for_the_child(generator: LocalGenerator) -> None:
    assert generator.ready is None
    assert await generator.wait_ready() == PlainRuntime.ready
    assert generator.ready == PlainRuntime.ready
    assert generator.pid is not None


async def test_a_request_ends_in_a_clip(generator: LocalGenerator, tmp_path: Path) -> None:
    wanted = request(tmp_path)
    *progress, completed = await collect(generator, wanted)
    stages = list(dict.fromkeys(event.stage for event in progress if isinstance(event, Progress)))
    assert stages == ["loading", "encoding_prompt", "denoising", "decoding", "encoding"]
    assert isinstance(completed, Completed)
    assert completed.path == wanted.output_path
    assert files(tmp_path) == [f"{wanted.id}.mp4"]


async def test_requests_run_in_the_order_of_the_calls(
    generator: LocalGenerator, tmp_path: Path
) -> None:
    ended: list[str] = []

    async def note_the_end(request: GenerationRequest) -> None:
        ended.append((await run(generator, request)).id)

    requests = [request(tmp_path) for _ in range(5)]
    await asyncio.gather(*map(note_the_end, requests))
    assert ended == [request.id for request in requests]


async def test_one_id_cannot_be_open_twice(generator: LocalGenerator, tmp_path: Path) -> None:
    wanted = request(tmp_path, "endless")
    running = await Running(generator, wanted).denoising()
    with pytest.raises(ValueError, match="already open"):
        await anext(generator.generate(wanted))
    await generator.cancel(wanted.id)
    assert isinstance(await running.end(), Cancelled)


async def test_a_running_request_is_cancelled(generator: LocalGenerator, tmp_path: Path) -> None:
    wanted = request(tmp_path, "endless")
    running = await Running(generator, wanted).denoising()
    await generator.cancel(wanted.id)
    await generator.cancel(wanted.id)
    assert await running.end() == Cancelled(wanted.id, 1, 5)
    await generator.cancel(wanted.id)
    assert isinstance(await run(generator, request(tmp_path)), Completed)


async def test_a_waiting_request_is_cancelled_before_the_running_one_ends(
    generator: LocalGenerator, tmp_path: Path
) -> None:
    first, second = request(tmp_path, "endless"), request(tmp_path)
    running = await Running(generator, first).denoising()
    waiting = Running(generator, second)
    await asyncio.sleep(0)  # let it call
    await generator.cancel(second.id)
    assert await waiting.end() == Cancelled(second.id)
    assert not running.task.done()
    await generator.cancel(first.id)
    await running.end()


async def test_nobody_can_be_cancelled(generator: LocalGenerator) -> None:
    await generator.cancel("nobody")


async def test_closing_the_iterator_cancels(generator: LocalGenerator, tmp_path: Path) -> None:
    wanted = request(tmp_path, "endless")
    async with aclosing(generator.generate(wanted)) as events:
        await anext(events)
    assert isinstance(await run(generator, request(tmp_path)), Completed)


async def test_cancelling_the_reader_cancels(generator: LocalGenerator, tmp_path: Path) -> None:
    running = await Running(generator, request(tmp_path, "endless")).denoising()
    running.task.cancel()
    assert isinstance(await run(generator, request(tmp_path)), Completed)


async def test_a_failure_is_an_event(generator: LocalGenerator, tmp_path: Path) -> None:
    failed = await run(generator, request(tmp_path, "missing"))
    assert isinstance(failed, Failed)
    assert failed.reason == "unavailable"
    assert not failed.retryable


async def test_a_killed_child_fails_what_it_had_begun_and_is_replaced(
    generator: LocalGenerator, tmp_path: Path
) -> None:
    running = await Running(generator, request(tmp_path, "endless")).denoising()
    waiting = Running(generator, request(tmp_path))
    cancelled = Running(generator, forgotten := request(tmp_path))
    await asyncio.sleep(0)  # let them call
    killed = generator.pid
    assert killed is not None
    os.kill(killed, signal.SIGSTOP)  # hears of nothing any more
    await generator.cancel(forgotten.id)
    os.kill(killed, signal.SIGKILL)
    failed = await running.end()
    assert isinstance(failed, Failed)
    assert failed.reason == "crashed"
    assert failed.retryable
    assert "SIGKILL" in failed.text()
    assert await cancelled.end() == Cancelled(forgotten.id)
    assert generator.ready is None
    assert isinstance(await waiting.end(), Completed)
    assert generator.pid != killed


@pytest.mark.parametrize("stage", get_args(Stage))
async def test_a_kill_in_any_stage_ends_that_request_and_leaves_no_files(
    generator: LocalGenerator, tmp_path: Path, stage: Stage
) -> None:
    wanted = request(tmp_path, f"hanging_{stage}", num_frames=64)
    events: list[RequestEvent] = []
    async for event in generator.generate(wanted):
        events.append(event)
        if isinstance(event, Progress) and event.stage == stage and generator.pid:
            while stage == "encoding" and not files(tmp_path):  # noqa: ASYNC110 - it grows in silence
                await asyncio.sleep(0.01)
            os.kill(generator.pid, signal.SIGKILL)
    *progress, failed = events
    assert all(isinstance(event, Progress) for event in progress)
    assert isinstance(failed, Failed)
    assert failed.reason == "crashed"
    assert files(tmp_path) == []
    assert isinstance(await run(generator, following := request(tmp_path)), Completed)
    assert files(tmp_path) == [f"{following.id}.mp4"]


async def test_a_kill_between_two_requests_costs_neither(
    generator: LocalGenerator, tmp_path: Path
) -> None:
    assert isinstance(await run(generator, request(tmp_path)), Completed)
    assert generator.pid is not None
    os.kill(generator.pid, signal.SIGKILL)
    assert isinstance(await run(generator, request(tmp_path)), Completed)


async def test_a_restart_replaces_the_child_but_never_under_a_request(
    generator: LocalGenerator, tmp_path: Path
) -> None:
    await generator.wait_ready()
    first = generator.pid
    running = await Running(generator, request(tmp_path, "endless")).denoising()
    await generator.restart()
    assert generator.pid == first
    running.task.cancel()
    await asyncio.wait([running.task])
    await run(generator, request(tmp_path))  # the cancelled one is gone by now
    ended = asyncio.create_task(generator.wait_ended())
    await generator.restart()
    await ended
    assert generator.ready is None
    assert isinstance(await run(generator, request(tmp_path)), Completed)
    assert generator.pid not in (None, first)


@pytest.mark.parametrize("model", ["suicidal", "poisonous"])
async def test_a_request_that_takes_the_child_along_fails_alone(
    generator: LocalGenerator, tmp_path: Path, model: str
) -> None:
    failed = await run(generator, request(tmp_path, model))
    assert isinstance(failed, Failed)
    assert failed.reason == "crashed"
    assert isinstance(await run(generator, request(tmp_path)), Completed)


async def test_a_request_between_two_children_can_be_cancelled(
    generator: LocalGenerator, tmp_path: Path
) -> None:
    await run(generator, request(tmp_path, "suicidal"))
    assert generator.pid is None
    wanted = request(tmp_path)
    waiting = Running(generator, wanted)
    await asyncio.sleep(0)  # let it call
    await generator.cancel(wanted.id)
    assert await waiting.end() == Cancelled(wanted.id)


async def test_a_slow_request_is_cancelled_and_the_child_lives(tmp_path: Path) -> None:
    async with LocalGenerator(WORKER, patience=Patience(clip=0.3)) as generator:
        await generator.wait_ready()
        pid = generator.pid
        failed = await run(generator, request(tmp_path, "endless"))
        assert isinstance(failed, Failed)
        assert failed.reason == "timed_out"
        assert isinstance(await run(generator, request(tmp_path)), Completed)
        assert generator.pid == pid


async def test_a_hanging_request_takes_the_child_down(tmp_path: Path) -> None:
    async with LocalGenerator(WORKER, patience=Patience(clip=0.3), cancel_grace=0.1) as generator:
        hanging = Running(generator, request(tmp_path, "hanging"))
        waiting = Running(generator, request(tmp_path))
        failed = await hanging.end()
        assert isinstance(failed, Failed)
        assert failed.reason == "timed_out"
        assert isinstance(await waiting.end(), Completed)


async def test_a_hanging_step_is_ended_whatever_the_child_ignores(tmp_path: Path) -> None:
    patience = Patience(silence=0.2)
    async with LocalGenerator(WORKER, patience=patience, cancel_grace=0.1) as generator:
        deaf = Running(generator, request(tmp_path, "deaf"))
        waiting = Running(generator, request(tmp_path))
        failed = await deaf.end()
        assert isinstance(failed, Failed)
        assert failed.reason == "timed_out"
        assert "no progress for 0.2 seconds" in failed.text()
        assert isinstance(await waiting.end(), Completed)


async def test_a_hanging_request_nobody_reads_does_not_block_the_next(tmp_path: Path) -> None:
    async with LocalGenerator(WORKER, patience=Patience(clip=0.3), cancel_grace=0.1) as generator:
        hanging = await Running(generator, request(tmp_path, "hanging")).denoising()
        hanging.task.cancel()
        assert isinstance(await run(generator, request(tmp_path)), Completed)


async def test_closing_ends_the_child_and_what_was_open(tmp_path: Path) -> None:
    async with LocalGenerator(WORKER) as generator:
        running = await Running(generator, request(tmp_path, "hanging")).denoising()
        pid = generator.pid
        assert pid is not None
    failed = await running.end()
    assert isinstance(failed, Failed)
    assert failed.retryable
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(GeneratorUnavailableError, match="closed"):
        await anext(generator.generate(request(tmp_path)))


async def test_a_child_that_ignores_everything_is_killed() -> None:
    deaf = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        'print(\'{"type":"ready","device":"cpu","device_name":"","memory_bytes":1}\','
        "flush=True); time.sleep(3600)"
    )
    async with LocalGenerator([sys.executable, "-c", deaf], stop_grace=0.1) as generator:
        await generator.wait_ready()
        pid = generator.pid
        assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_child_that_cannot_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('There is no device.')"]
    async with LocalGenerator(command) as generator:
        with pytest.raises(GeneratorUnavailableError, match=r"start: There is no device\.$"):
            await generator.wait_ready()


async def test_a_command_that_does_not_exist_is_said(tmp_path: Path) -> None:
    async with LocalGenerator([str(tmp_path / "nothing")]) as generator:
        failed = await run(generator, request(tmp_path))
        assert isinstance(failed, Failed)
        assert "No such file" in failed.text()


async def test_a_child_that_is_never_ready_is_given_up() -> None:
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    async with LocalGenerator(command, startup_timeout=0.3) as generator:
        with pytest.raises(GeneratorUnavailableError, match="startup_timeout"):
            await generator.wait_ready()


async def test_what_the_child_prints_is_logged(
    generator: LocalGenerator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert isinstance(await run(generator, request(tmp_path, "noisy")), Completed)
    await generator.__aexit__(None, None, None)
    assert "stray echo" in caplog.text


async def test_what_the_child_logs_keeps_its_level(
    generator: LocalGenerator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert isinstance(await run(generator, request(tmp_path, "failing")), Failed)
    await generator.__aexit__(None, None, None)
    errors = [each.message for each in caplog.records if each.levelno == logging.ERROR]
    assert "generator.failures: request" in errors[0]
    assert errors[-1].endswith("] LookupError: the moon is missing")
