"""What a model that was trained on a small world, as the built-in one, makes of a prompt."""

from collections.abc import Callable

from generator import messages
from generator.builtin import vocabulary
from generator.messages import N_

_NAMED_WORDS = 5
_SIMPLE = N_("{model} draws simple shapes. It understands English words: {known}.")
_UNKNOWN = N_("{model} does not know: {unknown}. It understands English words: {known}.")


def note(title: str, prompt: str, translate: Callable[[str], str]) -> str | None:
    """Return a remark on words that the small world of a model lacks, if there are any."""
    if vocabulary.understands(prompt):
        return None
    values = {"model": title, "known": vocabulary.KNOWS}
    unknown = vocabulary.unknown_words(prompt)[:_NAMED_WORDS]
    if not unknown:
        return messages.words(_SIMPLE, values, translate)
    return messages.words(_UNKNOWN, values | {"unknown": ", ".join(unknown)}, translate)
