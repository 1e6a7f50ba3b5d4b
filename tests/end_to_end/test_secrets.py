"""No token is ever written down: not in the log at DEBUG, not in the database, not in a clip."""

import re
import signal
from pathlib import Path

from bot.emulator.driver import Human
from bot.emulator.rest.exchange import Exchange
from bot.emulator.server import run_emulator
from tests.end_to_end.process import bot_process
from tests.end_to_end.stories import QUICK, ask, finished, job_id


async def test_no_file_of_the_bot_holds_a_token_and_the_log_names_the_job(tmp_path: Path) -> None:
    tokens: set[str] = set()

    def record(exchange: Exchange) -> None:
        if match := re.search(r"/(?:webhooks|interactions)/\d+/([^/?]+)", exchange.path):
            tokens.add(match[1])

    async with run_emulator(recorder=record) as emulator, Human.connect(emulator.url) as you:
        async with bot_process(emulator, tmp_path, you, plain=True, LOG_LEVEL="DEBUG") as bot:
            status = await ask(you, "a red circle", **QUICK)
            await finished(
                you, await you.reply(await you.click(await finished(you, status), "Vary"))
            )
            bot.send(signal.SIGTERM)
            assert await bot.end() == 0
        tokens.add(emulator.token)
    assert len(tokens) >= 3
    files = contents(tmp_path)
    assert {"bot.log", "zoetrope.sqlite3"} <= files.keys()
    for name, content in files.items():
        assert not [token for token in tokens if token.encode() in content], name
    log = files["bot.log"].decode()
    assert "WebSocket Event" in log  # discord.py at DEBUG prints interactions whole
    assert f"[{job_id(status)}] " in log


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
