"""A job is one request for a clip, from the command to the posted message."""

import secrets
from enum import StrEnum
from typing import Literal

import msgspec

from generator import Completed, GenerationRequest

_ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like another character
_ID_LENGTH = 5


class JobState(StrEnum):
    """queued -> running -> encoded -> posting -> posted | failed | cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    ENCODED = "encoded"
    POSTING = "posting"
    POSTED = "posted"
    FAILED = "failed"
    CANCELLED = "cancelled"


Route = Literal["channel", "interaction"]
"""Where a job's messages go: a channel the bot can write to, or the member's own interactions.

The latter where the bot was installed by a member alone and has no access to the channel.
"""


class Fits(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of a smaller clip; `None` leaves one as it was."""

    width: int | None = None
    height: int | None = None
    num_frames: int | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One row: buttons and messages refer to it by `id` alone."""

    id: str
    parent_id: str | None = None
    """The job this one was made from, by a button of its messages."""
    parent_url: str | None = None
    """The message whose button was pressed, for all who can see it."""
    made_by: str | None = None
    """The button: one of the actions in `bot.components.children`."""
    user_id: int
    guild_id: int | None
    channel_id: int
    request: GenerationRequest
    own_prompt: str | None = None
    """What the member wrote, where the request's prompt has a style's words, too."""
    own_negative_prompt: str | None = None
    seed_picked: bool = False
    """Its seed was drawn, because nobody named one."""
    notes: tuple[str, ...] = ()
    """What was adjusted to fit the model, for the member to read."""
    explain: bool = False
    """Attach the explainer to the result."""
    route: Route = "channel"
    language: str = "en"
    """What its messages are written in: a key of `bot.i18n.LANGUAGES`."""
    private: bool = False
    """Only who asked sees its messages."""
    spoiler: bool = False
    """Its clip is covered until somebody wants to see it."""
    to_dm: bool = False
    """Who asked wants the clip as a direct message, too."""
    has_allowance: bool = False
    """Device time is limited for who asked, where they asked: ends without a clip cost nothing."""
    style: str | None = None
    """The style that was laid over the prompt, by its name."""
    variations: int = 1
    """Clips to make, of seeds that follow each other."""
    more: tuple[Completed, ...] = ()
    """The clips after the first, in the order of their seeds."""
    state: JobState = JobState.QUEUED
    turn: int = 0
    """The round of the queue it waits for; members take turns, one job of each in a round."""
    attempts: int = 0
    thread_name: str | None = None
    """Of the thread its messages are to be in, until it has its status message there."""
    status_message_id: int | None = None
    result_message_id: int | None = None
    created_at: float
    """Unix time in seconds, like the two below."""
    started_at: float | None = None
    finished_at: float | None = None
    completed: Completed | None = None
    failure: str | None = None
    """Why it failed, in words for the member."""
    fits: Fits | None = None
    """What may work instead of what did not fit into the device's memory."""
    told: bool = False
    """Whether the status message has had its last words: a restart makes up for it."""

    @property
    def prompt(self) -> str:
        """The prompt in the member's own words."""
        return self.request.prompt if self.own_prompt is None else self.own_prompt

    @property
    def negative_prompt(self) -> str:
        own = self.own_negative_prompt
        return self.request.negative_prompt if own is None else own

    @property
    def clips(self) -> tuple[Completed, ...]:
        """What has been made so far, in the order of the seeds."""
        return () if self.completed is None else (self.completed, *self.more)


def new_job_id() -> str:
    """Return an id short enough to say aloud; about 24 million of them."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
