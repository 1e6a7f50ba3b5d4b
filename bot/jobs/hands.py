"""The tasks that hold jobs."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, NamedTuple

from bot.i18n import speaking
from bot.jobs.endings import Endings
from bot.jobs.run import Run
from bot.logs import job_context
from bot.texts import status

_log = logging.getLogger(__name__)


class Held(NamedTuple):
    """A job, and the task that works on it."""

    run: Run
    task: asyncio.Task[None]


class Hands:
    """Every job that neither waits nor is over is in the hands of one task."""

    def __init__(self, tasks: asyncio.TaskGroup, endings: Endings) -> None:
        self._tasks = tasks
        self._endings = endings
        self._held: dict[str, Held] = {}

    def get(self, job_id: str) -> Run | None:
        held = self._held.get(job_id)
        return held.run if held is not None else None

    def all(self) -> list[Held]:
        return list(self._held.values())

    def take(self, run: Run, work: Coroutine[Any, Any, None]) -> None:
        """Start a task that holds a job until the work on it is done."""

        async def hold() -> None:
            try:
                await work
            except Exception:  # of ours: no other job shall suffer
                _log.exception("internal error")
                await self._fail(run)
            finally:
                del self._held[run.job.id]

        with job_context(run.job.id), speaking(run.job.language):
            self._held[run.job.id] = Held(run, self._tasks.create_task(hold()))

    async def _fail(self, run: Run) -> None:
        try:
            if not run.is_over:
                await self._endings.fail(run, status.INTERNAL_FAILURE)
        except Exception:  # the next start tries again
            _log.exception("internal error, which cannot be told")
