"""The check against Discord's OpenAPI document finds what it is there to find."""

from typing import Any

import pytest

from bot.emulator.rest.exchange import Exchange
from bot.emulator.uploads import Body
from tests.emulator.openapi import Checker, openapi_checker

CHANNEL_MESSAGES = "/channels/1/messages"
ERROR = {"message": "Unknown Message", "code": 10008}


@pytest.fixture
def checker() -> Checker:
    checker = openapi_checker()
    if checker is None:
        pytest.skip("DISCORD_OPENAPI names no document")
    return checker


def exchange(path: str, status: int, response: Any, body: Any = None) -> Exchange:
    return Exchange("POST", path, {}, "application/json", Body(body), status, response)


@pytest.mark.parametrize(
    ("faulty", "words"),
    [
        (exchange("/nowhere", 404, ERROR), "no such operation"),
        (exchange(CHANNEL_MESSAGES, 200, {"id": "1"}), "response"),
        (exchange(CHANNEL_MESSAGES, 500, {"message": "oh"}), "not documented"),
        (exchange(CHANNEL_MESSAGES, 404, {"message": "no code"}), "response"),
        (
            exchange("/users/@me/channels", 200, {"type": 1}, {"recipient_id": "1"}),
            "response",
        ),
        (
            exchange("/interactions/1/t/callback", 204, None, {"type": 4, "data": {"content": 5}}),
            "request",
        ),
    ],
)
def test_unfaithful_exchange_is_reported(checker: Checker, faulty: Exchange, words: str) -> None:
    checker.record(faulty)
    assert len(checker.violations) == 1
    assert words in checker.violations[0]


def test_faithful_exchange_passes(checker: Checker) -> None:
    checker.record(exchange(CHANNEL_MESSAGES, 404, ERROR, {"content": 5}))
    assert checker.violations == []


def test_refused_form_is_counted(checker: Checker) -> None:
    fault = {"_errors": [{"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}]}
    form = {"message": "Invalid Form Body", "code": 50035, "errors": {"content": fault}}
    checker.record(exchange(CHANNEL_MESSAGES, 400, form, {}))
    assert checker.violations == []
    assert len(checker.refused) == 1
