"""Which prompts the built-in model understands."""

import subprocess
import sys

import pytest

from generator.builtin.vocabulary import COLOURS, KNOWS, SHAPES, understands, unknown_words


@pytest.mark.parametrize(
    "prompt",
    [
        "a red circle moving right on a white background",
        "A video of a BIG golden star, bouncing in the sky!",
        "heart",
        "blue",
        "a colored ball jumping on grass",
    ],
)
def test_it_understands_prompts_of_its_world(prompt: str) -> None:
    assert understands(prompt)
    assert unknown_words(prompt) == ()


@pytest.mark.parametrize("prompt", ["", "moving right", "1234", "🎈", "a dog on a skateboard"])
def test_it_does_not_claim_to_understand_anything_else(prompt: str) -> None:
    assert not understands(prompt)


def test_unknown_words_come_once_and_in_order() -> None:
    prompt = "a red dog on a skateboard, another dog at night"
    assert unknown_words(prompt) == ("dog", "skateboard", "another")


def test_the_sentence_for_users_names_every_colour_and_shape() -> None:
    assert all(name in KNOWS for name in (*COLOURS, *SHAPES))


def test_the_vocabulary_loads_neither_torch_nor_numpy() -> None:
    code = (
        "import sys; import generator.builtin.vocabulary; "
        "assert not {'torch', 'numpy', 'diffusers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
