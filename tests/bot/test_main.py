"""The command line: what an operator can get wrong is one sentence, not a traceback."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.emulator.server import run_emulator


def run_bot(cwd: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot` in a folder until it gives up."""
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    project = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env=clean | {"PYTHONPATH": project} | environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "t", "MAX_WAITING": "lots"}, "MAX_WAITING"),
        ({"DISCORD_TOKEN": "t", "DEFAULT_MODEL": "sora"}, "choose one of builtin, modelscope"),
        ({"DISCORD_TOKEN": "t", "MODELS_FILE": "no.toml"}, "MODELS_FILE: no.toml cannot be read"),
        ({"DISCORD_TOKEN": "t", "DATA_DIR": "/proc/none"}, "permissions of DATA_DIR"),
    ],
)
def test_a_wrong_setting_ends_the_bot_with_one_sentence(
    tmp_path: Path, environ: dict[str, str], words: str
) -> None:
    done = run_bot(tmp_path, **environ)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_demo_at_an_impossible_port_is_said_and_a_misspelt_setting_is_noticed(
    tmp_path: Path,
) -> None:
    done = run_bot(tmp_path, "demo", "--port", "99999", "--no-browser")
    assert done.returncode == 2
    assert "try --port 0" in done.stderr
    (tmp_path / ".env").write_text("DISCORD_TOKEN=t\nDATADIR=/proc/none\nMODELS_FILE=no.toml\n")
    done = run_bot(tmp_path)
    assert done.returncode == 2
    assert ".env sets DATADIR, which is no setting: is DATA_DIR meant?" in done.stderr


async def test_a_token_that_discord_refuses_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with run_emulator() as emulator:
        done = await asyncio.to_thread(
            run_bot, tmp_path, DISCORD_TOKEN="wrong", DISCORD_URL=emulator.url
        )
    assert done.returncode == 2
    assert "Discord refused the token" in done.stderr
    assert "Traceback" not in done.stderr
