"""The words of the built-in model's small world. Pure Python: the bot may import it."""

import re
from typing import Final

Rgb = tuple[int, int, int]

_WORD = re.compile(r"[a-z]+")


def words(text: str) -> list[str]:
    """Split into lower-case words, dropping punctuation and digits."""
    return _WORD.findall(text.lower())


def _first_of(phrases: dict[str, tuple[str, ...]]) -> list[str]:
    return [choices[0] for choices in phrases.values()]


COLOURS: Final[dict[str, Rgb]] = {
    "red": (224, 36, 40),
    "orange": (255, 138, 12),
    "yellow": (250, 218, 30),
    "green": (24, 150, 60),
    "cyan": (10, 205, 222),
    "blue": (34, 70, 225),
    "purple": (136, 44, 178),
    "pink": (255, 120, 190),
    "white": (252, 252, 252),
    "black": (10, 10, 12),
}

SHAPES: Final = ("circle", "square", "triangle", "star", "heart", "cross")

MOTIONS: Final = (
    "moving right",
    "moving left",
    "moving up",
    "moving down",
    "bouncing",
    "spinning",
    "growing",
    "shrinking",
    "orbiting",
    "still",
)

BACKGROUNDS: Final = ("white", "black", "gray", "sky", "night", "sea", "grass", "sunset")

SIZES: Final = ("small", "medium", "big")
"""How large the shape is drawn; captions never mention "medium"."""

COLOUR_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "red": ("red", "scarlet", "crimson"),
    "orange": ("orange",),
    "yellow": ("yellow", "golden"),
    "green": ("green", "emerald"),
    "cyan": ("cyan", "turquoise", "teal"),
    "blue": ("blue", "navy"),
    "purple": ("purple", "violet"),
    "pink": ("pink", "rose"),
    "white": ("white",),
    "black": ("black",),
}

SHAPE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "circle": ("circle", "ball", "disc", "disk", "dot"),
    "square": ("square", "box", "block"),
    "triangle": ("triangle",),
    "star": ("star",),
    "heart": ("heart",),
    "cross": ("cross", "plus"),
}

_DIRECTION_VERBS: Final = (
    "moving",
    "sliding",
    "going",
    "gliding",
    "flying",
    "drifting",
    "travelling",
)


def _towards(direction: str, *others: str) -> tuple[str, ...]:
    return tuple(f"{verb} {direction}" for verb in _DIRECTION_VERBS) + others


MOTION_PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "moving right": _towards(
        "right", "moving to the right", "sliding to the right", "that moves right"
    ),
    "moving left": _towards("left", "moving to the left", "sliding to the left", "that moves left"),
    "moving up": _towards("up", "moving upwards", "rising", "that moves up"),
    "moving down": _towards("down", "moving downwards", "falling", "sinking", "that moves down"),
    "bouncing": ("bouncing", "that bounces", "jumping", "hopping", "bouncing up and down"),
    "spinning": ("spinning", "rotating", "that spins", "turning", "spinning around"),
    "growing": ("growing", "that grows", "getting bigger", "expanding", "getting larger"),
    "shrinking": ("shrinking", "that shrinks", "getting smaller"),
    "orbiting": ("orbiting", "moving in a circle", "circling", "going around in a circle"),
    "still": ("still", "standing still", "not moving", "resting", "staying still"),
}

BACKGROUND_PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "white": ("on a white background", "on white", "with a white background"),
    "black": ("on a black background", "on black", "with a black background"),
    "gray": ("on a gray background", "on a grey background", "on gray", "on grey"),
    "sky": (
        "in the sky",
        "in a blue sky",
        "in front of the sky",
        "in the clouds",
        "over the clouds",
    ),
    "night": ("at night", "in the night", "in the night sky", "under the moon"),
    "sea": ("at sea", "over the sea", "on the sea", "over the ocean", "on the water", "by the sea"),
    "grass": ("on the grass", "on grass", "in a meadow", "in a field", "on a lawn"),
    "sunset": ("at sunset", "in the sunset", "in front of a sunset", "at dusk"),
}

SIZE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "small": ("small", "little", "tiny"),
    "medium": (),
    "big": ("big", "large", "huge"),
}

PREFIXES: Final = (
    "a video of",
    "a clip of",
    "an animation of",
    "a movie of",
    "show me",
    "video of",
)

STOP_WORDS: Final = frozenset(
    words(
        "a an and animation around at background by clip coloured colored colour color create "
        "draw film front generate give i in is it its make me movie moving of on one over please "
        "shape show some that the there this to under video want which while with"
    )
)

KNOWS: Final = "; ".join(
    ", ".join(words) for words in (COLOURS, SHAPES, MOTIONS, _first_of(BACKGROUND_PHRASES))
)
"""What a prompt may say: colours, shapes, movements and backgrounds."""


def _words_of(*tables: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(
        word
        for table in tables
        for phrases in table.values()
        for phrase in phrases
        for word in words(phrase)
    )


_SUBJECT_WORDS: Final = _words_of(COLOUR_WORDS, SHAPE_WORDS)

WORLD_WORDS: Final = tuple(
    sorted(
        _words_of(COLOUR_WORDS, SHAPE_WORDS, MOTION_PHRASES, BACKGROUND_PHRASES, SIZE_WORDS)
        | frozenset(word for prefix in PREFIXES for word in words(prefix))
        | STOP_WORDS
    )
)
"""Every word the tokenizer has an id for, sorted."""

_KNOWN: Final = frozenset(WORLD_WORDS)


def unknown_words(prompt: str) -> tuple[str, ...]:
    """Return the content words outside the world, in order of appearance, each once."""
    return tuple(dict.fromkeys(word for word in words(prompt) if word not in _KNOWN))


def understands(prompt: str) -> bool:
    """Whether the prompt names a known colour or shape and nothing outside the world."""
    return not unknown_words(prompt) and not _SUBJECT_WORDS.isdisjoint(words(prompt))
