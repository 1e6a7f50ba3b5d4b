"""Finished clips as messages: which of the files goes, with which words and buttons."""

import io
import logging
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiofiles
import aiofiles.os
import discord
import msgspec

from bot.components.buttons import result_view
from bot.delivery.places import share_of
from bot.explainer.lesson import job_lesson
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.jobs.several import request_of
from bot.texts import results
from generator import Completed, ModelSpec, refit_clip

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clip:
    """One file, or none yet: `data` is read when it is needed, unless it is temporary.

    `completed` tells of the file that is shown.
    """

    completed: Completed
    number: int
    """Among its job's, from 1."""
    filename: str
    alt_text: str
    spoiler: bool
    data: bytes | None = None

    async def within(self, limit: int) -> "Clip":
        """Return the best file of at most so many bytes, made now if need be.

        Raises `FileNotFoundError`, and `GenerationError` if nothing fits.
        """
        full = msgspec.structs.replace(self.completed, upload=None)
        if full.size_bytes <= limit and await aiofiles.os.path.exists(full.path):
            return replace(self, completed=full, data=None)
        upload = self.completed.upload
        if upload is not None and upload.size_bytes <= limit and self.data is None:
            return self
        return await self._smaller(limit)

    async def _smaller(self, limit: int) -> "Clip":
        with TemporaryDirectory(prefix="zoetrope-") as folder:
            if not await aiofiles.os.path.exists(self.completed.path):
                raise FileNotFoundError(self.completed.path)
            upload = await refit_clip(Path(self.completed.path), Path(folder), limit)
            data = await _read(upload.path)
        return replace(
            self, completed=msgspec.structs.replace(self.completed, upload=upload), data=data
        )

    async def file(self) -> discord.File:
        """Return what to send, once: discord.py sends a second time nothing at all.

        Raises `FileNotFoundError` where retention, or somebody, has taken it away.
        """
        data = self.data if self.data is not None else await _read(self.completed.shown_path)
        return discord.File(
            io.BytesIO(data), self.filename, description=self.alt_text, spoiler=self.spoiler
        )


@dataclass(frozen=True)
class Clips:
    """What a job's message shows: its clip, or its up to four."""

    job: Job
    each: tuple[Clip, ...]

    @classmethod
    def of(cls, job: Job) -> "Clips":
        assert job.clips, "only finished jobs have clips"
        return cls(job, tuple(_clip(job, number) for number in range(1, len(job.clips) + 1)))

    async def kept(self) -> "Clips":
        """Return those whose files are still there: none, after a while."""
        here = [await aiofiles.os.path.exists(clip.completed.shown_path) for clip in self.each]
        return replace(self, each=tuple(compress(self.each, here)))

    async def within(self, limit: int) -> "Clips":
        """Return the best files of at most so many bytes each, and together not too many.

        Raises `FileNotFoundError`, and `GenerationError` if nothing fits.
        """
        limit = share_of(limit, len(self.each))
        # one after the other: each may need to be encoded once more
        return replace(self, each=tuple([await clip.within(limit) for clip in self.each]))

    async def files(self) -> list[discord.File]:
        """Return what to send, once. Raises `FileNotFoundError` where one is gone."""
        return [await clip.file() for clip in self.each]

    @property
    def numbers(self) -> list[int]:
        return [clip.number for clip in self.each]

    @property
    def size_bytes(self) -> int:
        """Of the largest file that is shown."""
        return max((clip.completed.upload or clip.completed).size_bytes for clip in self.each)


def _clip(job: Job, number: int) -> Clip:
    end = f"-{number}" if job.variations > 1 else ""
    return Clip(
        completed=job.clips[number - 1],
        number=number,
        filename=f"{filename_start(job)}{request_of(job, number).seed}{end}.mp4",
        alt_text=results.alt_text(job, number),
        spoiler=job.spoiler,
    )


async def result_message(
    clips: Clips,
    spec: ModelSpec,
    big_model: str,
    *,
    showcase: bool,
    reason: str | None = None,
    plain: bool = False,
) -> dict[str, Any]:
    """Return what to send, once, to tell who asked that the clip is there.

    `showcase` tells whether its server has a channel to share clips in, `reason` why it goes to the
    member directly; a plain message has no more than must be.
    Raises `DeliveryError` if the file is gone.
    """
    job = clips.job
    content = results.result(job, [clip.completed for clip in clips.each], spec, big_model)
    if reason is not None:
        content += "\n" + results.sent_privately(reason)
    try:
        files = await clips.files()
    except OSError as error:
        _log.warning("job %s: its clip cannot be read: %s", job.id, error)
        raise DeliveryError(results.CLIP_MISSING) from None
    message: dict[str, Any] = {
        "content": content,
        "files": files,
        "allowed_mentions": discord.AllowedMentions(users=[discord.Object(job.user_id)]),
    }
    if not plain:
        message["view"] = result_view(job, spec, showcase=showcase, numbers=clips.numbers)
        message["embeds"] = [job_lesson(job, spec)] if job.explain else []
    return message


def filename_start(job: Job) -> str:
    """Return what tells a message with the job's clips from all others."""
    return f"{job.id}-seed"


async def _read(path: str) -> bytes:
    async with aiofiles.open(path, "rb") as file:
        return await file.read()
