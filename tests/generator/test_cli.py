"""`python -m generator` by hand."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from generator.cli import main

COMMAND = [sys.executable, "-m", "generator"]


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what is said about arguments that are refused."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--prompt", "a"], "--output is missing"),
        (["--prompt", " ", "--output", "a.mp4"], "--prompt is empty"),
        (["--prompt", "a", "--output", "no/such/a.mp4"], "there is no folder no/such"),
        (["--prompt", "a", "--output", "tests"], "tests is a folder; name a file in it"),
        (["--prompt", "a", "--output", "a.mp4", "--threads", "0"], "--threads must be at least 1"),
        (["fit", "no.mp4", ".", "1000"], "there is no clip no.mp4"),
        (["fit", "README.md", ".", "1000"], "must be a folder, and another than the clip's"),
        (["--prompt", "a", "--output", "a.mp4", "--seed", "-1"], "--seed must be 0 .. 4294967295"),
        (["--prompt", "a", "--output", "a.mp4", "--seed", "x"], "invalid int value: 'x'"),
        (["--prompt", "a", "--output", "a.mp4", "--model", "x"], "Available: builtin, modelscope"),
        (["--prompt", "a", "--output", "a.mp4", "--device", "tpu"], "choose from 'cuda', 'mps'"),
        (["--prompt", "a", "--output", "a.mp4", "--preset", "x"], "choose from 'draft', 'normal'"),
        (["--prompt", "a", "--models-file", "no.toml"], "no.toml cannot be read"),
        (["--prompt", "a", "--output", "a.mp4", "--image", "no.png"], "there is no picture no.png"),
        (
            ["--prompt", "a", "--output", "a.mp4", "--image", __file__, "--model", "modelscope"],
            "Leave the picture out",
        ),
        (["--promt", "a"], "unrecognized arguments"),
    ],
)
def test_bad_arguments_get_one_clear_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refusal(arguments, capsys)


def test_without_a_prompt_on_a_terminal_it_says_what_is_missing() -> None:
    terminal, other_end = pty.openpty()
    done = subprocess.run(COMMAND, stdin=other_end, capture_output=True, text=True, check=False)
    os.close(terminal)
    os.close(other_end)
    assert done.returncode == 2
    assert "--prompt is missing" in done.stderr


def test_a_clip_by_hand(tmp_path: Path) -> None:
    output = tmp_path / "a.mp4"
    arguments = ["--prompt", "a red circle", "--seed", "7", "--num-inference-steps", "2"]
    arguments += ["--width", "500", "--output", str(output), "--threads", "1"]
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{output} (seed 7, ")
    assert "the nearest to 500 this model can use" in done.stderr
    assert output.stat().st_size > 1000


def test_a_clip_by_a_model_that_only_an_operators_file_names(tmp_path: Path) -> None:
    models_file, output = tmp_path / "models.toml", tmp_path / "a.mp4"
    models_file.write_text('[mine]\nlike = "builtin"\ndraft = { num_inference_steps = 2 }\n')
    arguments = ["--prompt", "a red circle", "--model", "mine", "--preset", "draft"]
    arguments += ["--models-file", str(models_file), "--output", str(output), "--threads", "1"]
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert output.stat().st_size > 1000
