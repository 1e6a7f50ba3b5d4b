"""The commands as Discord has them."""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

from discord import app_commands

from bot.i18n import CommandTranslator
from bot.jobs.store import Store

_log = logging.getLogger(__name__)

# each says what it is not, too: what is left open is as the whole tree has it
IN_SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
BY_SERVERS = app_commands.AppInstallationType(guild=True, user=False)
"""A server's own, which a member's installation of the bot has no say in."""


async def register_commands(
    tree: app_commands.CommandTree[Any], store: Store, *, always: bool
) -> dict[str, int]:
    """Register the commands if they changed or are gone, and return their ids by name.

    Discord limits how many a day may be created. A local one forgets them: there, `always`. No
    word of another language keeps the bot from starting: where Discord refuses one, it gets none.
    """
    translator = CommandTranslator()
    await tree.set_translator(translator)
    definitions = [
        await command.get_translated_payload(tree, translator) for command in tree.get_commands()
    ]
    digest = hashlib.sha256(json.dumps(definitions, sort_keys=True).encode()).hexdigest()
    fact = f"commands of {tree.client.application_id}"
    commands: Sequence[app_commands.AppCommand] = ()
    if not always and await store.fact(fact) == digest:
        commands = await tree.fetch_commands()
    ids = {command.name: command.id for command in commands}
    if ids.keys() >= {definition["name"] for definition in definitions}:
        return ids
    try:
        commands = await tree.sync()
        await store.save_fact(fact, digest)
    except app_commands.CommandSyncFailure as refused:
        _log.error("the commands are registered in English alone: %s", refused)
        await tree.set_translator(None)
        commands = await tree.sync()
    return {command.name: command.id for command in commands}
