"""Alternatives in a prompt: `a [red, blue] [circle, square]` stands for four prompts."""

import re
from itertools import product
from math import prod

from bot.errors import Refusal
from bot.texts import permutations

MAX_CLIPS = 9

_PART = re.compile(r"\\(?P<escaped>[\[\],])|\[(?P<group>(?:\\.|[^\[\]\\])*,(?:\\.|[^\[\]\\])*)\]")
"""An escaped sign, or brackets with a comma in them; other brackets are what they are."""
_COMMA = re.compile(r"(?<!\\),")
_ESCAPED = re.compile(r"\\([\[\],])")


def expand(prompt: str, clips_each: int = 1) -> list[str]:
    r"""Return every prompt that one with alternatives stands for, each once, in reading order.

    `\[`, `\]` and `\,` are the signs themselves. Raises `Refusal` for more clips than
    `MAX_CLIPS`, of which each prompt has so many.
    """
    parts = _parts(prompt)
    count = prod(len(part) for part in parts)  # of so many that nobody would want a list of them
    if count > 1 and count * clips_each > MAX_CLIPS:
        raise Refusal(permutations.too_many(count * clips_each, MAX_CLIPS))
    return list(dict.fromkeys(" ".join("".join(each).split()) for each in product(*parts)))


def literally(prompt: str) -> str:
    """Return what `expand` makes this one prompt of."""
    return re.sub(r"([\[\]])", r"\\\1", prompt) if _PART.search(prompt) else prompt


def _parts(prompt: str) -> list[list[str]]:
    """Cut a prompt into texts, each with its alternatives."""
    parts: list[list[str]] = []
    end = 0
    for match in _PART.finditer(prompt):
        parts.append([prompt[end : match.start()]])
        end = match.end()
        if match["group"] is None:
            parts.append([match["escaped"]])
        else:
            options = (option.strip() for option in _COMMA.split(match["group"]))
            parts.append(list(dict.fromkeys(_ESCAPED.sub(r"\1", option) for option in options)))
    parts.append([prompt[end:]])
    return parts
