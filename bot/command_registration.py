"""The commands as Discord has them."""

import hashlib
import json
from typing import Any

from discord import app_commands

from bot.i18n import CommandTranslator
from bot.jobs.store import Store

# each says what it is not, too: what is left open is as the whole tree has it
IN_SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
BY_SERVERS = app_commands.AppInstallationType(guild=True, user=False)
"""A server's own, which a member's installation of the bot has no say in."""


async def register_commands(
    tree: app_commands.CommandTree[Any], store: Store, *, always: bool
) -> dict[str, int]:
    """Register the commands if they changed, and return their ids by name.

    Discord limits how many a day may be created. A local one forgets them: there, `always`.
    """
    translator = CommandTranslator()
    await tree.set_translator(translator)
    definitions = [
        await command.get_translated_payload(tree, translator) for command in tree.get_commands()
    ]
    digest = hashlib.sha256(json.dumps(definitions, sort_keys=True).encode()).hexdigest()
    fact = f"commands of {tree.client.application_id}"
    if not always and await store.fact(fact) == digest:
        commands = await tree.fetch_commands()
    else:
        commands = await tree.sync()
        await store.save_fact(fact, digest)
    return {command.name: command.id for command in commands}
