"""What a member is still writing: it outlives the form, and the bot."""

from dataclasses import dataclass, field

from bot.jobs.wish import Wish
from bot.pictures import Upload


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A wish with what was written over it in a form, unread."""

    id: str
    user_id: int
    wish: Wish
    typed: dict[str, str] = field(default_factory=dict[str, str])
    """What the form's fields had, by their custom_ids, such as a seed that is no number."""
    pictures: tuple[Upload, ...] = ()
    """Pictures of which one is to be chosen."""
    job_id: str | None = None
    """The job that the wish was made from."""
    replaces: bool = False
    """Whether that job is to be changed, instead of a new one made."""
    enhance: bool = False
    """Whether a better prompt is to be suggested before anything is made."""
    suggestion: str | None = None
    """That prompt."""
    created_at: float
    """Unix time in seconds."""
