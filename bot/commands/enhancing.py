"""Better prompts, suggested by the language model that the operator has named."""

import logging

from bot.client import Interaction
from bot.commands.asking import check_wish
from bot.commands.ruling import rules_for
from bot.errors import Refusal
from bot.jobs.limits import MAX_PROMPT_LENGTH
from bot.jobs.permutations import expand, literally
from bot.jobs.wish import Wish
from bot.jobs.words import blocked
from bot.texts import enhancing
from generator import GenerationError, PromptEnhancer

_log = logging.getLogger(__name__)


async def check_before(interaction: Interaction, wish: Wish) -> str:
    """Return the prompt to make better. Raises `Refusal` for a wish that would not be granted."""
    prompts = expand(wish.prompt)
    if len(prompts) > 1:
        raise Refusal(enhancing.WITH_ALTERNATIVES)
    await check_wish(interaction, wish)
    return prompts[0]


async def suggest(interaction: Interaction, prompt: str) -> str:
    """Return a better prompt, as somebody would write it. Takes a while.

    Raises `Refusal` where there is none.
    """
    enhancer = interaction.client.enhancer
    if enhancer is None:  # the operator has taken it away since
        raise Refusal(enhancing.FAILED)
    try:
        suggestion = await enhancer.enhance(prompt, MAX_PROMPT_LENGTH)
    except GenerationError as error:
        _log.warning("no better prompt was suggested: %s", error)
        slow = error.reason == "timed_out"
        raise Refusal(enhancing.TOO_SLOW if slow else enhancing.FAILED) from None
    written = literally(suggestion)[:MAX_PROMPT_LENGTH]
    if not written or suggestion == prompt:
        raise Refusal(enhancing.NOTHING_BETTER)
    if blocked(suggestion, await rules_for(interaction)) is not None:
        raise Refusal(enhancing.BLOCKED)
    return written


async def prepare_enhancer(enhancer: PromptEnhancer) -> None:
    """Have the model on this machine before anybody asks; a failure is the operator's to mend."""
    try:
        await enhancer.prepare()
    except GenerationError as error:
        _log.error("ENHANCER_MODEL cannot be used: %s", error)
