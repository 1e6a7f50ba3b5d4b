"""What the dispatcher asks of whoever shows jobs to members."""

from typing import Protocol

from bot.jobs.forecast import Place
from bot.jobs.job import Job
from generator import Progress


class DeliveryError(Exception):
    """A finished clip could not be posted; the text, or message id, tells the member why."""


class Reporter(Protocol):
    """Shows the member what happens to a job. Only `post` may raise, and only `DeliveryError`.

    The last words of a job (`show_done`, `show_failure`, `show_cancelled`) return whether they are
    settled: said, or never to be said because message or place are gone. Where Discord could not
    be reached they return False and are asked for again later, after a restart as well.
    """

    def show_place(self, job: Job, place: Place, *notes: str) -> None:
        """Show the place in the queue, and why it waits or was moved, by message ids."""
        ...

    async def find_status(self, job: Job, place: Place, *notes: str) -> tuple[int | None, int]:
        """Return the ids of a job's status message and its channel, which a stop kept from us.

        The message is posted where it is missing; None where it cannot be.
        """
        ...

    def show_progress(self, job: Job, progress: Progress) -> None: ...
    async def post(self, job: Job, *, again: bool) -> int | None:
        """Post the clip and return the message's id; None where the member has to fetch it.

        May take as long as Discord is away. A clip that was posted before, by a bot that was killed
        before it knew (`again`), is found instead of being posted twice.
        """
        ...

    async def show_done(self, job: Job) -> bool: ...
    async def show_failure(self, job: Job, message: str) -> bool: ...
    async def show_cancelled(self, job: Job, by_user_id: int | None, step: int, total: int) -> bool:
        """Show who cancelled it, or None where a restart forgot it, and at which step."""
        ...

    async def flush(self) -> None:
        """Wait until what was shown last has reached Discord; cancelled where that takes long."""
        ...
