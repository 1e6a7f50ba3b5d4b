"""Tiny random-weight parts that several families share."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import string
from typing import Any

from diffusers import AutoencoderKLHunyuanVideo, AutoencoderKLWan
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
)

_SPECIAL = ("<pad>", "</s>", "<s>", "<unk>")
VOCABULARY = len(_SPECIAL) + len(string.printable)
HIDDEN = 16


def tokenizer(length: int = 64, *, chat: bool = False) -> PreTrainedTokenizerFast:
    """One token for each letter; `chat` gives it a template of messages."""
    tokens = [*_SPECIAL, *string.printable]
    letters = Tokenizer(
        models.WordLevel({token: index for index, token in enumerate(tokens)}, unk_token="<unk>")
    )
    letters.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    letters.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 1)]
    )
    made = PreTrainedTokenizerFast(
        tokenizer_object=letters,
        model_max_length=length,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        padding_side="right",
    )
    if chat:
        made.chat_template = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    return made


T5: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "d_model": HIDDEN,
    "d_kv": 8,
    "d_ff": 32,
    "num_layers": 1,
    "num_heads": 2,
    "relative_attention_num_buckets": 8,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "decoder_start_token_id": 0,
}


def t5() -> T5EncoderModel:
    return T5EncoderModel(T5Config(**T5)).eval()


def umt5() -> UMT5EncoderModel:
    return UMT5EncoderModel(UMT5Config(**T5)).eval()


def clip() -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=VOCABULARY,
            hidden_size=HIDDEN,
            intermediate_size=32,
            projection_dim=HIDDEN,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=77,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=2,
        )
    ).eval()


def wan_vae(**changes: Any) -> AutoencoderKLWan:
    """Four frames and 8x8 pixels to a latent."""
    given: dict[str, Any] = {
        "base_dim": 4,
        "z_dim": 16,
        "dim_mult": [1, 1, 1, 1],
        "num_res_blocks": 1,
        "temperal_downsample": [False, True, True],
    }
    return AutoencoderKLWan(**(given | changes))


def hunyuan_vae() -> AutoencoderKLHunyuanVideo:
    """Four frames and 8x8 pixels to a latent."""
    return AutoencoderKLHunyuanVideo(
        latent_channels=4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        mid_block_add_attention=False,
    )
