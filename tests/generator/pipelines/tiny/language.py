"""A tiny language model that says the alphabet: after each letter the next one, after z nothing."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import string
from pathlib import Path

import torch
from tokenizers import decoders, processors
from transformers import GPT2Config, GPT2LMHeadModel

from tests.generator.pipelines.tiny.parts import VOCABULARY, tokenizer

_END = 1
_ROOM = 400


def save_alphabet(folder: Path, chat_template: str | None = None) -> Path:
    """Write a GPT-2 of one idle block, in safetensors, with its tokenizer, and return the folder.

    So "a red" goes on with "efghijklmnopqrstuvwxyz".
    """
    letters = tokenizer(_ROOM)
    backend = letters.backend_tokenizer
    backend.post_processor = processors.ByteLevel(trim_offsets=False)  # adds no ends
    backend.decoder = decoders.Fuse()
    letters.chat_template = chat_template
    letters.save_pretrained(folder)
    follows = torch.zeros(VOCABULARY, VOCABULARY)
    ids = [letters.convert_tokens_to_ids(letter) for letter in string.ascii_lowercase]
    follows[[*ids[1:], _END], ids] = 100
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=VOCABULARY,
            n_positions=_ROOM,
            n_embd=VOCABULARY,
            n_layer=1,
            n_head=1,
            n_inner=8,
            bos_token_id=2,
            eos_token_id=_END,
            tie_word_embeddings=False,
        )
    )
    with torch.no_grad():
        for parameter in model.transformer.parameters():
            parameter.zero_()
        model.transformer.ln_f.weight.fill_(1)
        model.transformer.wte.weight.copy_(torch.eye(VOCABULARY))
        model.lm_head.weight.copy_(follows)
    model.save_pretrained(folder)
    return folder
