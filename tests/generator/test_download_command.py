"""`python -m generator download`."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from generator.cli import main
from tests.generator.pipelines.hub_server import HubServer, Repository, serving

COMMAND = [sys.executable, "-m", "generator", "download"]
MODEL = """
[mine]
like = "builtin"
lora = true
loras = [{ source = "somebody/a-lora" }]
"""


@pytest.fixture
def hub() -> Generator[HubServer]:
    with serving() as server:
        yield server


def test_a_model_is_downloaded_with_a_line_of_progress_and_is_then_here_without_a_network(
    hub: HubServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    save_file({"a": np.zeros(100_000)}, tmp_path / "style.safetensors")
    content = (tmp_path / "style.safetensors").read_bytes()
    hub.repositories["somebody/a-lora"] = Repository({"style.safetensors": content})
    (tmp_path / "models.toml").write_text(MODEL)
    command = [*COMMAND, "mine", "--models-file", str(tmp_path / "models.toml")]
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")}
    terminal, other_end = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 100))
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=other_end, text=True, check=False, env=environment
    )
    os.close(other_end)
    assert done.returncode == 0
    assert done.stdout == "mine is on this machine.\n"
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "mine: 100%" in shown
    assert "800k/800k" in shown
    assert "B/s" in shown
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "home/hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert main(command[3:]) == 0
    assert capsys.readouterr().out == "mine is on this machine.\n"


def test_what_cannot_be_downloaded_is_said_and_the_next_model_is_tried(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
    assert main(["download", "modelscope", "builtin"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("The Hugging Face Hub has no ali-vilab/text-to-video-ms-1.7b")
    assert said.out == "builtin is on this machine.\n"


def test_a_download_reads_the_hubs_settings_and_the_models_file_from_the_env_file(
    hub: HubServer, tmp_path: Path
) -> None:
    save_file({"a": np.zeros(10)}, tmp_path / "style.safetensors")
    content = (tmp_path / "style.safetensors").read_bytes()
    hub.repositories["somebody/a-lora"] = Repository({"style.safetensors": content})
    (tmp_path / "models.toml").write_text(MODEL)
    (tmp_path / ".env").write_text(
        f"MODELS_FILE=models.toml\nHF_TOKEN=hf_of_a_test\nHF_HOME=home\nHF_ENDPOINT={hub.url}\n"
    )
    project = str(Path(__file__).parents[2])
    environment = {"PYTHONPATH": project, "PATH": os.environ["PATH"], "HF_HOME": ""}
    done = subprocess.run(
        [*COMMAND, "mine"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "home/hub").glob("models--*")] == [
        "models--somebody--a-lora"
    ]
    assert all(request.authorised for request in hub.asked)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-model"], "Available: builtin, modelscope"),
        ([], "required: MODEL"),
        (["builtin", "--models-file", "no.toml"], "no.toml cannot be read"),
    ],
)
def test_bad_arguments_get_one_clear_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["download", *arguments])
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said
