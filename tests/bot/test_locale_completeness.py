"""Every message of the bot is there in every language."""

from itertools import product

import pytest

from bot.i18n import is_translated
from bot.locales.extraction import DOMAINS
from tests.bot.catalogues import OTHERS, catalogue, template


@pytest.mark.parametrize(("language", "domain"), list(product(OTHERS, DOMAINS)))
def test_every_message_is_translated(language: str, domain: str) -> None:
    """`make messages` brings the ids; what it calls fuzzy was only guessed."""
    wanted = {(str(message.id), message.context) for message in template()[domain] if message.id}
    found = catalogue(language, domain)
    assert {(str(message.id), message.context) for message in found if message.id} == wanted
    assert not found.obsolete
    missing = [message.id for message in found if message.id and not is_translated(message)]
    assert not missing
