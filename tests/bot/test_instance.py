"""Locks: a second bot on a database or token is refused in words; a dead one holds nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StartupError
from bot.instance import sole_instance
from tests.bot.test_main import run_bot

TOKEN, DISCORD_URL = "one-token", "http://127.0.0.1:1"
HOLD = """
import sys
from pathlib import Path
from bot.instance import sole_instance

with sole_instance(Path(sys.argv[1]), sys.argv[2], None):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the locks of tokens are, also those of processes that are started here."""
    folder = tmp_path / "locks"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_a_second_bot_on_a_database_is_told_who_holds_it(tmp_path: Path) -> None:
    with sole_instance(tmp_path / "db", TOKEN, DISCORD_URL):
        words = rf"\(process {os.getpid()} on .+\) uses the database .+ set another DATA_DIR"
        with (
            pytest.raises(StartupError, match=words),
            sole_instance(tmp_path / "db", "another-token", DISCORD_URL),
        ):
            pass
    with sole_instance(tmp_path / "db", "another-token", DISCORD_URL):
        pass


def test_a_second_bot_with_a_token_is_refused_in_another_folder(
    tmp_path: Path, locks: Path
) -> None:
    with sole_instance(tmp_path / "db", TOKEN, DISCORD_URL):
        assert not any(TOKEN in file.name + file.read_text() for file in locks.iterdir())
        with (
            pytest.raises(StartupError, match="is logged in with this DISCORD_TOKEN"),
            sole_instance(tmp_path / "other", TOKEN, DISCORD_URL),
        ):
            pass
        with sole_instance(tmp_path / "other", TOKEN, "http://127.0.0.1:2"):
            pass
        with sole_instance(tmp_path / "other", "another-token", DISCORD_URL):
            pass
    assert list(locks.iterdir()) == []


def test_a_bot_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "db"), TOKEN]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "held\n"
        with (
            pytest.raises(StartupError, match=f"process {killed.pid} on"),
            sole_instance(tmp_path / "db", TOKEN, None),
        ):
            pass
        killed.send_signal(signal.SIGKILL)
    with sole_instance(tmp_path / "db", TOKEN, None):
        pass


def test_the_command_line_says_it_in_one_sentence(tmp_path: Path, locks: Path) -> None:
    environ = {"DISCORD_TOKEN": TOKEN, "DISCORD_URL": DISCORD_URL, "TMPDIR": str(locks)}
    with sole_instance(tmp_path / "db", TOKEN, DISCORD_URL):
        done = run_bot(tmp_path, **environ)
    assert done.returncode == 2
    assert "is logged in with this DISCORD_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written_is_said_in_words() -> None:
    with (
        pytest.raises(StartupError, match="cannot be made"),
        sole_instance(Path("/proc/none/db"), TOKEN, None),
    ):
        pass
