"""A word-level tokenizer over the world's vocabulary, in the transformers format."""

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from generator.builtin.vocabulary import WORLD_WORDS

PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
MAX_TOKENS = 120
"""Longest prompt the model reads, the closing token included; longer ones are truncated."""


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Return the tokenizer: lower case, one id a word, punctuation dropped, `</s>` at the end."""
    ids = {token: index for index, token in enumerate((PAD, END, UNKNOWN, *WORLD_WORDS))}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Punctuation(behavior="removed"),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(  # pyright: ignore[reportAttributeAccessIssue]
        single=f"$A {END}", special_tokens=[(END, ids[END])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        unk_token=UNKNOWN,
        model_max_length=MAX_TOKENS,
        clean_up_tokenization_spaces=False,
    )
