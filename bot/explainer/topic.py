"""What a topic of the lesson consists of: words alone, so that they can be translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.explainer.picture import PictureName

Depth = Literal["short", "full", "class"]
"""A paragraph for a twelve-year-old; half a page with the formula; derivations and experiments."""


@dataclass(frozen=True)
class Source:
    """A paper, by its number at arxiv.org."""

    name: str
    arxiv: str

    @property
    def url(self) -> str:
        return f"https://arxiv.org/abs/{self.arxiv}"


@dataclass(frozen=True, kw_only=True)
class Topic:
    """All words of one topic; `{names}` in them stand for facts of this server's model."""

    name: PictureName
    """Also that of its picture."""
    title: str
    summary: str
    """A line for the menu, of at most 100 characters."""
    texts: Mapping[Depth, str]
    alt_text: str
    """What the picture shows and what it means, for those who do not see it."""
    words: Mapping[str, str]
    """Those in the picture."""
    sources: tuple[Source, ...] = ()
