"""Scenes of the small world, their captions, and the split that keeps some combinations unseen."""

import hashlib
from dataclasses import dataclass
from random import Random
from typing import Final

from generator.builtin.vocabulary import (
    BACKGROUND_PHRASES,
    BACKGROUNDS,
    COLOUR_WORDS,
    COLOURS,
    MOTION_PHRASES,
    MOTIONS,
    PREFIXES,
    SHAPE_WORDS,
    SHAPES,
    SIZE_WORDS,
    SIZES,
)

_INVISIBLE: Final = {("white", "white"), ("black", "black")}
_HELD_OUT_PERCENT: Final = 10
_FOREIGN_WORD: Final = "shiny"
"""Stands for every word outside the world: the tokenizer has one id for them all."""


@dataclass(frozen=True)
class Scene:
    """What one clip shows."""

    colour: str
    shape: str
    motion: str
    background: str
    size: str = "medium"


def is_held_out(scene: Scene) -> bool:
    """Whether this colour, shape and motion never meet in training; stable across machines."""
    key = f"{scene.colour}/{scene.shape}/{scene.motion}".encode()
    return hashlib.sha256(key).digest()[0] * 100 < _HELD_OUT_PERCENT * 256


def sample_scene(random: Random, *, held_out: bool = False) -> Scene:
    """Draw a visible scene from the training combinations, or from the held-out ones."""
    while True:
        scene = Scene(
            random.choice(tuple(COLOURS)),
            random.choice(SHAPES),
            random.choice(MOTIONS),
            random.choice(BACKGROUNDS),
            random.choices(SIZES, weights=(1, 3, 1))[0],
        )
        invisible = (scene.colour, scene.background) in _INVISIBLE
        if not invisible and is_held_out(scene) == held_out:
            return scene


def full_caption(scene: Scene) -> str:
    """Name everything in the plainest words: "a big red circle moving right in the sky"."""
    size = "" if scene.size == "medium" else f"{scene.size} "
    background = BACKGROUND_PHRASES[scene.background][0]
    article = "an" if not size and scene.colour[0] in "aeiou" else "a"
    return f"{article} {size}{scene.colour} {scene.shape} {scene.motion} {background}"


def sample_omissions(random: Random) -> frozenset[str]:
    """Draw which of the scene's attributes a caption leaves unsaid; the shape never is."""
    chances = {"colour": 0.05, "motion": 0.05, "background": 0.1, "size": 0.2}
    return frozenset(name for name, chance in chances.items() if random.random() < chance)


def vary_caption(scene: Scene, random: Random, omitted: frozenset[str] = frozenset()) -> str:
    """Say the scene as people might: synonyms, another order, a prefix, a word from outside."""
    subject = [random.choice(SHAPE_WORDS[scene.shape])]
    if "colour" not in omitted:
        subject.insert(0, _often_plain(scene.colour, COLOUR_WORDS[scene.colour], random))
    if SIZE_WORDS[scene.size] and "size" not in omitted:
        subject.insert(0, random.choice(SIZE_WORDS[scene.size]))
    if random.random() < 0.05:
        subject.insert(0, _FOREIGN_WORD)
    clauses = [
        _often_plain(phrases[0], phrases, random)
        for name, phrases in (
            ("motion", MOTION_PHRASES[scene.motion]),
            ("background", BACKGROUND_PHRASES[scene.background]),
        )
        if name not in omitted
    ]
    if random.random() < 0.15:
        clauses.reverse()
    prefix = [random.choice(PREFIXES)] if random.random() < 0.15 else []
    return " ".join([*prefix, *random.choice((["a"], ["a"], ["the"], [])), *subject, *clauses])


def _often_plain(plain: str, phrases: tuple[str, ...], random: Random) -> str:
    return plain if random.random() < 0.5 else random.choice(phrases)
