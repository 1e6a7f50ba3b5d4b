"""Entry point: `python -m bot` on Discord, `python -m bot demo` without it."""

import argparse
import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bot.app import run_bot
from bot.errors import StartupError
from bot.lifecycle import StopSignals
from bot.logs import set_up_logging
from bot.settings import load_settings, misspelt

_log = logging.getLogger(__name__)


def main() -> int:
    """Run the command line; return the process's exit status."""
    options = _parser().parse_args()
    try:
        if options.command == "demo":
            from bot.demo import run_demo  # the local Discord is not needed on the real one

            set_up_logging("WARNING")
            _run(
                lambda _: run_demo(
                    port=options.port, data_dir=options.data, open_browser=options.browser
                )
            )
        else:
            settings = load_settings()
            set_up_logging(settings.log_level, [settings.discord_token])
            for variable, setting in misspelt():
                _log.warning(".env sets %s, which is no setting: is %s meant?", variable, setting)
            _run(lambda signals: run_bot(settings, signals))
    except StartupError as error:
        print(f"zoetrope: {error}", file=sys.stderr)
        return 2
    except Exception:
        _log.critical("the bot has failed", exc_info=True)  # the log hides tokens, Python does not
        return 1
    return 0


def _run(program: Callable[[StopSignals], Coroutine[Any, Any, None]]) -> None:
    async def until_stopped() -> None:
        signals = StopSignals()
        with contextlib.suppress(asyncio.CancelledError):
            await program(signals)

    asyncio.run(until_stopped())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    demo = commands.add_parser("demo", help="chat with the bot on a local page, without Discord")
    demo.add_argument("--port", type=int, default=8765, help="port of the page (0: any free one)")
    demo.add_argument(
        "--data", type=Path, metavar="DIR", help="keep database and clips here (else nowhere)"
    )
    demo.add_argument(
        "--no-browser", dest="browser", action="store_false", help="do not open a browser"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
