"""The demo: a local Discord, the bot and the generator, on one command."""

import asyncio
import sys
import webbrowser
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import run_bot
from bot.emulator.server import run_emulator
from bot.errors import StartupError
from bot.settings import Settings


async def run_demo(*, port: int, data_dir: Path | None, open_browser: bool) -> None:
    """Serve the chat page on loopback until cancelled; port 0 takes any free one.

    Without a folder everything is forgotten at the end, as the local Discord itself forgets.
    """
    async with AsyncExitStack() as stack:
        if data_dir is None:
            data_dir = Path(stack.enter_context(TemporaryDirectory(prefix="zoetrope-")))
        try:
            emulator = await stack.enter_async_context(run_emulator(port))
        except (OSError, OverflowError) as error:  # taken, or no port at all
            raise StartupError(f"Port {port} cannot be used ({error}): try --port 0") from error
        settings = Settings(
            discord_token=emulator.token,
            discord_url=emulator.url,
            data_dir=data_dir,
            default_model="builtin",
            progress_interval=0.5,  # nobody limits edits here
        )
        _announce(emulator.url, open_browser=open_browser)
        await run_bot(settings)


def _announce(url: str, *, open_browser: bool) -> None:
    print(f"The local Discord is at {url} (stop it with Ctrl-C).", flush=True)
    print("Type there: /video a red circle moving right on a white background", flush=True)
    if open_browser and sys.stdout.isatty():
        # a browser's own chatter and start-up time are none of the demo's business
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, url)
