"""A prompt with more to see in it, by a language model of the operator's.

One with a chat template is told to rewrite the prompt, any other goes on from where it ends.
"""

import re
from pathlib import Path
from typing import Any

import torch
import transformers
from jinja2 import TemplateError
from transformers import AutoModelForCausalLM, AutoTokenizer

from generator.errors import GenerationError
from generator.pipelines.hub import Snapshot, fetch, look_up, look_up_here
from generator.sources import is_local

_INSTRUCTION = (
    "You improve prompts for a text-to-video model. Keep everything the user asks for, and add "
    "what a camera would see of it: the subject, its movement, the place and the light. Answer in "
    "the language of the prompt, with one paragraph of at most 80 words and nothing else."
)
_MOST_TOKENS = 150
"""That a suggestion adds, or is long."""
_LONGEST_WORD = 40
"""Characters; longer ones are of languages without spaces, and are cut."""
_CONFIG = "config.json"
_SETTINGS = re.compile(r"[^/]+\.(json|txt|model|jinja)")
_WEIGHTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
_NO_MODEL = "{model} holds no language model in safetensors; other formats can run code"


def enhance(source: str, prompt: str, max_characters: int) -> str:
    """Return a better prompt of at most so many characters, another one each time.

    The model is a folder, or a repository of the Hub, which is downloaded unless it is here.
    Raises `GenerationError` with words for the operator.
    """
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.seed()
    try:
        folder = prepare(source)
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model: Any = AutoModelForCausalLM.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )
        if tokenizer.chat_template is None:
            text = _continued(model, tokenizer, prompt)
        else:
            text = _rewritten(model, tokenizer, prompt)
    except GenerationError:
        raise
    except Exception as error:  # whatever is wrong with somebody else's files
        raise _unusable(source, error) from error
    return _tidy(text, max_characters)


def prepare(source: str) -> Path:
    """Return the model's folder; a repository that is not here is downloaded.

    What was fetched of it stays when that is stopped. Raises `GenerationError`.
    """
    if is_local(source):
        return Path(source).expanduser()
    try:
        here = look_up_here(source, None)
        if here is not None and _needed(here) is not None:
            return here.folder
        snapshot = _needed(look_up(source, None))
        if snapshot is None:
            raise GenerationError("unavailable", _NO_MODEL, {"model": source})
        fetch([snapshot], lambda *_: None)
        snapshot.link()
    except GenerationError:
        raise
    except Exception as error:
        raise _unusable(source, error.__cause__ or error) from error
    return snapshot.folder


def _needed(snapshot: Snapshot) -> Snapshot | None:
    """Return what a language model is loaded from, which is no code; None without all of it."""
    weights = {name for name in snapshot.names if _WEIGHTS.fullmatch(name)}
    settings = {name for name in snapshot.names if _SETTINGS.fullmatch(name)}
    return snapshot.only(weights | settings) if weights and _CONFIG in settings else None


def _rewritten(model: Any, tokenizer: Any, prompt: str) -> str:
    instruction = {"role": "system", "content": _INSTRUCTION}
    try:
        inputs = _chat(tokenizer, [instruction, {"role": "user", "content": prompt}])
    except TemplateError:  # of models that know no system's messages
        inputs = _chat(tokenizer, [{"role": "user", "content": f"{_INSTRUCTION}\n\n{prompt}"}])
    tokens = _generate(model, tokenizer, inputs)
    answer = _decode(tokenizer, tokens[inputs["input_ids"].shape[1] :])
    return answer.rpartition("</think>")[2].partition("<think>")[0]  # thoughts without an end


def _chat(tokenizer: Any, messages: list[dict[str, str]]) -> Any:
    return tokenizer.apply_chat_template(
        messages,
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
        enable_thinking=False,
    )


def _continued(model: Any, tokenizer: Any, prompt: str) -> str:
    inputs = tokenizer(prompt, return_tensors="pt")
    tokens = _generate(model, tokenizer, inputs)
    begun, whole = _decode(tokenizer, inputs["input_ids"][0]), _decode(tokenizer, tokens)
    return prompt + whole[len(begun) :].partition("\n")[0]


def _generate(model: Any, tokenizer: Any, inputs: Any) -> Any:
    """Return the tokens of what was given and of what the model adds."""
    length = inputs["input_ids"].shape[1]
    room = getattr(model.config, "max_position_embeddings", None)
    most = _MOST_TOKENS if room is None else min(_MOST_TOKENS, room - length)
    if most < 1:
        raise GenerationError("invalid", "the prompt is too long for this model")
    with torch.inference_mode():
        return model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            do_sample=True,
            max_new_tokens=most,
            pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
        )[0]


def _decode(tokenizer: Any, tokens: Any) -> str:
    return tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)


def _tidy(text: str, max_characters: int) -> str:
    """Return text in one line, without quotes around it, cut after a word."""
    line = re.sub(r"\s+", " ", text).strip()
    if len(line) > 1 and (line[0], line[-1]) in {('"', '"'), ("“", "”"), ("'", "'")}:
        line = line[1:-1].strip()
    if len(line) <= max_characters:
        return line
    whole_words, _, rest = line[: max_characters + 1].rpartition(" ")
    cut = whole_words if whole_words and len(rest) <= _LONGEST_WORD else line[:max_characters]
    return cut.rstrip(" ,;:-")


def _unusable(source: str, error: BaseException) -> GenerationError:
    values = {"model": source, "reason": f"{type(error).__name__}: {error}"}
    return GenerationError("unavailable", "{model}: {reason}", values)
