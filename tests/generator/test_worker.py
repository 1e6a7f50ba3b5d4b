"""The worker as a process, spoken to over bare pipes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.protocol import (
    Completed,
    Event,
    Progress,
    Shutdown,
    Terminal,
    decode_event,
    encode_line,
)
from tests.generator.plain_worker import CATALOGUE, PlainRuntime

COMMAND = [sys.executable, "-m", "tests.generator.plain_worker"]

ORPHANAGE = f"""
import subprocess, sys
child = subprocess.Popen({COMMAND!r}, stdin=subprocess.PIPE, stdout=sys.stdout, stderr=sys.stderr)
child.stdin.write(sys.stdin.buffer.readline())
child.stdin.flush()
child.wait()
"""


class Worker:
    """A process, its commands and its events."""

    def __init__(self, command: list[str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def write(self, data: bytes) -> None:
        self.stdin.write(data)
        self.stdin.flush()

    def next(self) -> Event:
        return decode_event(self.stdout.readline())

    def until_terminal(self) -> Terminal:
        while not isinstance(event := self.next(), Terminal):
            pass
        return event

    def exit_status(self) -> int:
        return self.process.wait(timeout=10)


@pytest.fixture
def command() -> list[str]:
    return COMMAND


@pytest.fixture
def worker(command: list[str]) -> Iterator[Worker]:
    worker = Worker(command)
    with worker.process:
        yield worker
        worker.process.kill()


def request_line(folder: Path, model: str = "plain", prompt: str = "a") -> bytes:
    return encode_line(
        CATALOGUE[model].request(id="1", prompt=prompt, seed=1, output_path=f"{folder}/1.mp4")
    )


def test_it_is_ready_before_anything_else(worker: Worker, tmp_path: Path) -> None:
    worker.write(request_line(tmp_path))
    assert worker.next() == PlainRuntime.ready
    assert worker.next() == Progress("1", "loading")
    assert isinstance(worker.until_terminal(), Completed)


def test_stray_prints_and_reads_do_not_touch_the_channel(worker: Worker, tmp_path: Path) -> None:
    worker.write(request_line(tmp_path, "noisy"))
    assert isinstance(worker.until_terminal(), Completed)
    worker.stdin.close()
    assert worker.exit_status() == 0
    assert worker.process.stderr is not None
    log = worker.process.stderr.read()
    assert b"stray bytes" in log
    assert b"stray echo" in log


def test_each_line_of_a_traceback_names_its_request_and_its_level(
    worker: Worker, tmp_path: Path
) -> None:
    worker.write(request_line(tmp_path, "failing"))
    worker.until_terminal()
    worker.stdin.close()
    assert worker.process.stderr is not None
    lines = worker.process.stderr.read().decode().splitlines()
    assert lines[0] == "[1] ERROR generator.failures: request 1 failed"
    assert lines[-1] == "[1] ERROR LookupError: the moon is missing"
    assert all(line.startswith("[1] ERROR ") for line in lines)


def test_lines_that_are_no_commands_are_ignored(worker: Worker, tmp_path: Path) -> None:
    worker.write(b'hello\n\n{"type":"dance"}\n' + request_line(tmp_path))
    assert isinstance(worker.until_terminal(), Completed)


def test_a_megabyte_of_prompt_comes_through(worker: Worker, tmp_path: Path) -> None:
    worker.write(request_line(tmp_path, prompt="☃" * 350_000))
    assert isinstance(worker.until_terminal(), Completed)


@pytest.mark.parametrize("model", ["endless", "hanging"])
def test_shutdown_ends_it_in_the_middle_of_a_run(
    worker: Worker, tmp_path: Path, model: str
) -> None:
    worker.write(request_line(tmp_path, model))
    while not isinstance(worker.next(), Progress):
        pass
    worker.write(encode_line(Shutdown()))
    assert worker.exit_status() == 0
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_left_to_the_parent(worker: Worker, tmp_path: Path) -> None:
    worker.next()
    worker.process.send_signal(signal.SIGINT)
    worker.write(request_line(tmp_path))
    assert isinstance(worker.until_terminal(), Completed)


@pytest.mark.parametrize("command", [[sys.executable, "-c", ORPHANAGE]])
def test_it_does_not_outlive_its_parent(worker: Worker, tmp_path: Path) -> None:
    worker.write(request_line(tmp_path, "hanging"))
    while not isinstance(worker.next(), Progress):
        pass
    os.kill(worker.process.pid, signal.SIGKILL)
    while worker.stdout.readline():  # the end comes when the worker, too, has closed it
        pass
