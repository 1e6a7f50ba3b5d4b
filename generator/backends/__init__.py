"""Ways to run requests; each is a `Generator`."""

from collections.abc import AsyncGenerator
from typing import Protocol

from generator.protocol import GenerationRequest, Ready, RequestEvent


class Generator(Protocol):
    """Runs requests one after the other on a device that is elsewhere."""

    @property
    def ready(self) -> Ready | None:
        """What the device is; None while the generator starts or restarts."""
        ...

    @property
    def pid(self) -> int | None:
        """The process id of the running generator, if it is a process of this machine."""
        ...

    async def wait_ready(self) -> Ready:
        """Wait until requests are being taken.

        Raises `GeneratorUnavailableError` if the generator cannot be started.
        """
        ...

    async def wait_ended(self) -> None:
        """Wait until the generator that is ready, or about to be, has ended; another follows."""
        ...

    async def restart(self) -> None:
        """End the generator in an orderly way unless requests are open; another follows."""
        ...

    def generate(self, request: GenerationRequest) -> AsyncGenerator[RequestEvent, None]:
        """Yield `Progress*`, then exactly one `Completed | Cancelled | Failed`.

        Several requests may be open: they run in the order of the calls, each one's encoding
        beside the next one's denoising. Closing the iterator early cancels the request. Raises
        `ValueError` for an id that is already open; everything else is a `Failed`.
        """
        ...

    async def cancel(self, request_id: str) -> None:
        """Stop a request at its next step; its terminal event still comes. Idempotent."""
        ...
