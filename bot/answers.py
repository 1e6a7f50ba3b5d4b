"""Answers to interactions: the first, whose fate is not always known, and what went wrong."""

import asyncio
import logging
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.errors import Refusal, StoreError
from bot.i18n import _
from bot.texts import refusals

_log = logging.getLogger(__name__)

UNKNOWN_INTERACTION, ALREADY_ANSWERED = 10062, 40060
_TOO_LATE_OR_TWICE = {UNKNOWN_INTERACTION, ALREADY_ANSWERED}
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


async def answer_error(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Tell the one who asked what went wrong, privately; log what is not their doing."""
    if isinstance(error, Refusal):
        text = str(error)
    elif isinstance(error, app_commands.AppCommandError):  # what Discord sent is not what we have
        _log.warning("interaction %s is refused: %s", interaction.id, error)
        text = _(refusals.UNKNOWN_COMMAND)
    elif isinstance(error, discord.HTTPException) and error.code in _TOO_LATE_OR_TWICE:
        _log.warning("interaction %s came too late or twice: %s", interaction.id, error)
        return
    elif isinstance(error, StoreError):
        _log.error("interaction %s failed: %s", interaction.id, error)
        text = _(refusals.NOT_STORED)
    else:
        _log.error("interaction %s failed", interaction.id, exc_info=error)
        text = _(refusals.INTERNAL_ERROR)
    try:
        # an attempt that was given up may have left discord.py's lock of this interaction locked
        async with asyncio.timeout(_PATIENCE):
            if interaction.response.is_done():
                await interaction.followup.send(text, ephemeral=True)
            else:
                await interaction.response.send_message(text, ephemeral=True)
    except (discord.HTTPException, aiohttp.ClientError, OSError, RuntimeError) as failure:
        _log.warning("interaction %s cannot be answered: %s", interaction.id, failure)


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
    except RuntimeError:  # the session is closed: the bot stops, and its next start looks again
        return None
    if mark not in message.content:
        raise error
    return message.id
