"""What a model that was trained on a small world, as the built-in one, makes of a prompt."""

from generator.builtin import vocabulary

_NAMED_WORDS = 5


def note(prompt: str) -> str | None:
    """Return a remark on words the small world lacks, if there are any."""
    if vocabulary.understands(prompt):
        return None
    unknown = vocabulary.unknown_words(prompt)[:_NAMED_WORDS]
    if not unknown:
        return f"The built-in model draws simple shapes. {vocabulary.KNOWS}"
    return f"The built-in model does not know: {', '.join(unknown)}. {vocabulary.KNOWS}"
