"""python -m bot.emulator --port N: the local Discord alone, for work on the page."""

import argparse
import asyncio

from bot.emulator.server import run_emulator


async def _serve(port: int) -> None:
    async with run_emulator(port) as emulator:
        print(f"{emulator.url} (token {emulator.token})", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    try:
        asyncio.run(_serve(parser.parse_args().port))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
