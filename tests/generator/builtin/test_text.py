"""The tokenizer and the reader of captions."""

from pathlib import Path

import torch

from generator.builtin.text import ATTRIBUTES, load_reader, tokenize, train_text_encoder
from generator.builtin.tokenizer import END, MAX_TOKENS, UNKNOWN, build_tokenizer


def test_words_get_one_id_each_and_punctuation_none() -> None:
    tokenizer = build_tokenizer()
    ids = tokenizer("A red circle, moving right!").input_ids
    assert tokenizer.convert_ids_to_tokens(ids) == ["a", "red", "circle", "moving", "right", END]


def test_words_outside_the_world_share_one_id() -> None:
    tokenizer = build_tokenizer()
    ids = tokenizer("dog skateboard").input_ids
    assert tokenizer.convert_ids_to_tokens(ids) == [UNKNOWN, UNKNOWN, END]


def test_the_empty_prompt_still_has_a_token_to_attend_to() -> None:
    _, mask = tokenize(build_tokenizer(), [""])
    assert mask.tolist() == [[True]]


def test_long_prompts_are_truncated() -> None:
    tokens, _ = tokenize(build_tokenizer(), ["red " * 6000])
    assert tokens.shape == (1, MAX_TOKENS)


def test_a_trained_reader_is_saved_and_gives_logits_for_each_attribute(tmp_path: Path) -> None:
    reader = train_text_encoder(tmp_path, steps=3, batch=4).eval()
    inputs = tokenize(build_tokenizer(), ["a red circle", "a blue star at night"])
    with torch.no_grad():
        logits, reloaded = reader(*inputs), load_reader(tmp_path)(*inputs)
    for name, values in ATTRIBUTES.items():
        assert logits[name].shape == (2, inputs[0].shape[1], len(values))
        torch.testing.assert_close(logits[name], reloaded[name])
