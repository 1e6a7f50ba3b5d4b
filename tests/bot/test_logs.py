"""The log: which job a line is about, and what never gets into it."""

import asyncio
import io
import logging
import sys
from collections.abc import Generator

import discord
import pytest

from bot.emulator.driver import Human
from bot.emulator.server import Emulator, run_emulator
from bot.logs import LineFormatter, job_context, set_up_logging
from tests.emulator.bots import Bot, Interaction, online
from tests.emulator.conftest import point_discord_at

BOT_TOKEN = "MTExMjIyMzMzNDQ0NTU1NjY2.GaBcDe.0123456789abcdefghijklmnopqrstuvwxyz-_"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTphYmNkZWY="

_log = logging.getLogger("some.library")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Generator[io.StringIO]:
    """What is written to stderr, where everything is logged, from every library."""
    monkeypatch.setattr("sys.stderr", io.StringIO())
    root, aiosqlite = logging.getLogger(), logging.getLogger("aiosqlite")
    before = root.level, root.handlers[:], aiosqlite.level
    root.handlers.clear()  # pytest's own, which setting up would close
    set_up_logging("DEBUG", ["an-own-secret"])
    assert isinstance(sys.stderr, io.StringIO)
    yield sys.stderr
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    aiosqlite.setLevel(before[2])


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"PATCH https://discord.com/api/v10/webhooks/12/{INTERACTION_TOKEN}/messages/@original",
         "/api/v10/webhooks/12/[hidden]/messages/@original"),
        ("POST /interactions/34/abc_D-ghi/callback?x=1", "/interactions/34/[hidden]/callback?x=1"),
        ("webhooks/12/", "webhooks/12/"),
        ("{'id': '5', 'token': 'abc', 'v': 1}", "{'id': '5', 'token': '[hidden]', 'v': 1}"),
        ('{"token":"abc"}', '{"token":"[hidden]"}'),
        (r'data=\'{\"token\": \"abc\", \"x\": 1}\'', r'{\"token\": \"[hidden]\", \"x\": 1}'),
        (f"Authorization: Bot {BOT_TOKEN}", "Authorization: Bot [hidden]"),
        (f"odd: {INTERACTION_TOKEN}", "odd: [hidden]"),
        ("the key is an-own-secret.", "the key is [hidden]."),
        ("HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz", "HF_TOKEN=[hidden]"),
        ("version 1.2.3 of transformers.models.clip", "version 1.2.3 of transformers.models.clip"),
    ],
)  # fmt: skip
def test_tokens_are_hidden_in_messages_arguments_and_tracebacks(
    line: str, shown: str, log: io.StringIO
) -> None:
    _log.debug(line)
    _log.error("%s", line)
    try:
        raise RuntimeError(line)
    except RuntimeError as error:
        _log.exception("it failed")
        _log.warning("because", exc_info=ValueError(error))
    written = log.getvalue()
    assert written.count(shown) == 4
    for secret in (BOT_TOKEN, INTERACTION_TOKEN, "an-own-secret", "abcdefghijkl"):
        assert secret not in written


async def test_lines_name_their_job_also_in_tasks_and_tracebacks(log: io.StringIO) -> None:
    async def fail() -> None:
        try:
            raise RuntimeError("oops")
        except RuntimeError:
            _log.exception("it failed")

    with job_context("k7m2p"):
        task = asyncio.create_task(fail())
        _log.info("begins")
    _log.info("something else")
    with job_context("abcde"):
        _log.info("another")
    await task
    lines = log.getvalue().splitlines()
    first = next(number for number, line in enumerate(lines) if line.endswith("begins"))
    begins, other, another, *failure = lines[first:]
    assert begins.endswith("INFO    some.library: [k7m2p] begins")
    assert other.endswith("INFO    some.library: something else")
    assert another.endswith("[abcde] another")
    assert failure[-1] == "[k7m2p] RuntimeError: oops"
    assert all("[k7m2p] " in line for line in failure)


async def test_discord_py_at_debug_writes_no_token(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str] = []
    bot = Bot()

    @bot.tree.command(description="Fail")
    async def fail(interaction: Interaction) -> None:
        tokens.append(interaction.token)
        await interaction.response.defer()
        await interaction.followup.send("here")
        await interaction.edit_original_response(content="there")
        raise RuntimeError(f"a careless message: {interaction.followup.url}")

    async with run_emulator() as emulator:
        await use(emulator, bot, monkeypatch)
    written = log.getvalue()
    assert "a careless message" in written
    assert "'token': '[hidden]'" in written  # the interaction, as discord.py prints it
    assert tokens
    assert tokens[0] not in written
    assert emulator.token not in written


async def use(emulator: Emulator, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a command, and see the bot's answer."""
    point_discord_at(emulator, monkeypatch)
    failed = asyncio.Event()

    @bot.tree.error
    async def on_error(
        interaction: Interaction, error: discord.app_commands.AppCommandError
    ) -> None:
        _log.error("failed", exc_info=error)
        failed.set()

    async with Human.connect(emulator.url) as human, online(bot, emulator):
        await human.command("fail")
        await failed.wait()


def test_a_line_that_cannot_be_written_is_not_printed_raw(log: io.StringIO) -> None:
    ours = next(
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, LineFormatter)
    )
    ours.handle(_log.makeRecord("odd", logging.ERROR, __file__, 7, "%d", (BOT_TOKEN,), None))
    assert "a line of odd" in log.getvalue()
    assert BOT_TOKEN not in log.getvalue()
