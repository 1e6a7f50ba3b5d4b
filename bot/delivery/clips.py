"""Finished clips as messages: which of the files goes, with which words and buttons."""

import io
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiofiles
import aiofiles.os
import discord
import msgspec

from bot.components.buttons import result_view
from bot.explainer.lesson import job_lesson
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from bot.texts import results
from generator import Completed, ModelSpec, refit_clip

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clip:
    """One of a job's files, or none yet: `data` is read when it is needed, unless it is temporary.

    `completed` tells of the file that is shown.
    """

    job: Job
    completed: Completed
    data: bytes | None = None

    @classmethod
    def of(cls, job: Job) -> "Clip":
        assert job.completed is not None, "only finished jobs have clips"
        return cls(job, job.completed)

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
        return discord.File(io.BytesIO(data), self.filename, description=results.alt_text(self.job))

    @property
    def filename(self) -> str:
        return f"{filename_start(self.job)}{self.job.request.seed}.mp4"

    @property
    def size_bytes(self) -> int:
        """Of the file that is shown."""
        return (self.completed.upload or self.completed).size_bytes


async def result_message(
    clip: Clip,
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
    job = clip.job
    content = results.result(job, clip.completed, spec, big_model)
    if reason is not None:
        content += "\n" + results.sent_privately(reason)
    try:
        file = await clip.file()
    except OSError as error:
        _log.warning("job %s: its clip cannot be read: %s", job.id, error)
        raise DeliveryError(results.CLIP_MISSING) from None
    message: dict[str, Any] = {
        "content": content,
        "file": file,
        "allowed_mentions": discord.AllowedMentions(users=[discord.Object(job.user_id)]),
    }
    if not plain:
        message["view"] = result_view(job, spec, showcase=showcase)
        message["embeds"] = [job_lesson(job, spec)] if job.explain else []
    return message


def filename_start(job: Job) -> str:
    """Return what tells a message with the job's clip from all others."""
    return f"{job.id}-seed"


async def _read(path: str) -> bytes:
    async with aiofiles.open(path, "rb") as file:
        return await file.read()
