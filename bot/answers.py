"""First answers to interactions, whose fate is not always known."""

import asyncio

import aiohttp
import discord

UNKNOWN_INTERACTION, ALREADY_ANSWERED = 10062, 40060
TOO_LATE_OR_TWICE = {UNKNOWN_INTERACTION, ALREADY_ANSWERED}
_PATIENCE = 10.0
"""Seconds; Discord waits for three, but its answer may come late."""


async def answer_with_message(
    interaction: discord.Interaction[discord.Client],
    content: str,
    view: discord.ui.View,
    mark: str,
    *,
    ephemeral: bool = False,
) -> int | None:
    """Answer with a message, of which `mark` is a part, and return its id.

    Where the answer was promised already (deferred), whether it is private is settled.

    None means that it may be up or not: Discord could not be reached afterwards. Raises
    `discord.HTTPException`, `aiohttp.ClientError`, `OSError` or `TimeoutError` where it is not.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            if interaction.response.is_done():
                message = await interaction.edit_original_response(content=content, view=view)
                return message.id
            answer = await interaction.response.send_message(
                content, view=view, ephemeral=ephemeral
            )
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        if isinstance(error, discord.HTTPException) and not _may_be_up(error):
            raise
        return await _find(interaction, mark, error)
    return answer.message_id


def _may_be_up(error: discord.HTTPException) -> bool:
    """Tell whether an error leaves open that a request before it had been handled."""
    return error.status >= 500 or error.code == ALREADY_ANSWERED


async def _find(
    interaction: discord.Interaction[discord.Client], mark: str, error: Exception
) -> int | None:
    """Look for the answer. Raises the error where it is not ours or not there."""
    try:
        async with asyncio.timeout(_PATIENCE):
            message = await interaction.original_response()
    except discord.NotFound:
        raise error from None
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError):
        return None
    if mark not in message.content:
        raise error
    return message.id
